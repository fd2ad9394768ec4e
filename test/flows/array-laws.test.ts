/** An array that refuses, or makes the effect and loses the answer: over each verb of each state that asks it something. */
import { describe, expect, it, vi } from 'vitest';
import { arrayUnavailable, DomainError } from '../../shared/domain/errors.ts';
import { flows } from '../../statemachines/index.ts';
import type { SdpPort } from '../../shared/ports/sdp.ts';
import { useDatabase } from '../api/test-database.ts';
import { type CaseOf, mustGoOn, plainEnd, runCase } from './bed/case.ts';
import type { FaultSwitch } from './bed/fault-switch.ts';
import type { World } from './bed/world.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();

const cases = flows.flatMap((flow) =>
  flow.steps.flatMap((step) =>
    step.touches.what === 'array'
      ? step.touches.verbs.map((verb) => ({ name: `${flow.name} ${step.state} ${verb}`, flow, step, verb }))
      : [],
  ),
);

/** Tries of a state: the first and those of its Retry. */
const tries = 5;
/** Copies that every scenario asks for. */
const copiesOfScenarios = 2;
/** Verbs that a state asks once however many parts there are. */
const askedOnce: ReadonlySet<keyof SdpPort> = new Set(['describe', 'locateVolumes', 'ensureHost']);

interface Trouble {
  readonly verb: keyof SdpPort;
  readonly nth: number;
  readonly when: 'before' | 'after';
  readonly error: () => Error;
}

/** Set when the step begins, so that nobody else meets it. */
const planted = (world: World, step: string, troubles: readonly Trouble[]): readonly FaultSwitch[] => {
  const set: FaultSwitch[] = [];
  const hook = world.hooks.set(step, (run) => {
    for (const { error, ...fault } of troubles) set.push(world.array.memory.fail({ ...fault, error: error() }));
    return run();
  });
  return [hook, { fired: () => set.length > 0 && set.every((one) => one.fired()) }];
};

const refusal = (): Error => new DomainError('ArrayRefused', 'the array refused to do what was planted: it is a test');
const noAnswer = (): Error => arrayUnavailable('do what was planted', new Error('a test'));

describe.concurrent.each(cases)('$name', ({ flow, step, verb }) => {
  const of: CaseOf = { flow, step };

  it('refused by the array ends finished or undone', async () => {
    const { task } = await runCase(await freshTable(), of, {
      plant: (world) => planted(world, step.action.name, [{ verb, nth: 1, when: 'before', error: refusal }]),
    });
    if (step.pastPointOfNoReturn !== true) expect(task.state).toBe('failed');
  });

  it('whose answer is lost is asked again and finds its own work', async () => {
    const { task, ticks } = await runCase(await freshTable(), of, {
      plant: (world) => planted(world, step.action.name, [{ verb, nth: 1, when: 'after', error: noAnswer }]),
    });
    expect({ state: task.state, ticks }).toEqual({ state: plainEnd(of), ticks: 0 });
  });
});

describe.concurrent.each(cases.filter(({ verb }) => !askedOnce.has(verb)))('$name', ({ flow, step, verb }) => {
  const of: CaseOf = { flow, step };

  it('refused for the second part ends finished or undone', async () => {
    const { task } = await runCase(await freshTable(), of, {
      plant: (world) => planted(world, step.action.name, [{ verb, nth: 2, when: 'before', error: refusal }]),
    });
    if (step.pastPointOfNoReturn !== true) expect(task.state).toBe('failed');
  });
});

describe.concurrent.each(
  cases.filter(({ flow, verb }) => flow.name === 'delete-snapshot' && verb === 'removeSnapshot'),
)('$name', ({ flow, step, verb }) => {
  it('whose answer is lost, and that is refused then, goes on: nobody knows whether it was done', async () => {
    const { task } = await runCase(
      await freshTable(),
      { flow, step },
      {
        plant: (world) =>
          planted(world, step.action.name, [
            { verb, nth: 1, when: 'after', error: noAnswer },
            { verb, nth: 2, when: 'before', error: refusal },
          ]),
      },
    );
    expect(task.state).toBe('done');
  });
});

describe.concurrent.each(flows.map((flow) => ({ name: flow.name, flow })))('$name', ({ flow }) => {
  it('ends finished or undone when the array stays silent for a while', async () => {
    const step = flow.steps.find(({ touches }) => touches.what === 'array');
    if (step?.touches.what !== 'array') throw new Error(`${flow.name} asks the array nothing`);
    const of: CaseOf = { flow, step };
    const [verb] = step.touches.verbs;
    if (verb === undefined) throw new Error(`${step.state} asks the array nothing`);
    const iterations = step.input.includes('destination') ? copiesOfScenarios : 1;
    const silence = Array.from({ length: tries * iterations }, (_, index) => ({
      verb,
      nth: index + 1,
      when: 'after' as const,
      error: noAnswer,
    }));
    const { task } = await runCase(await freshTable(), of, {
      plant: (world) => planted(world, step.action.name, silence),
    });
    expect(task.state).toBe(mustGoOn(of, 'after') ? 'done' : 'failed');
  });
});
