/**
 * The laws every flow keeps, whatever it does: they are run over each row of each flow's table. A new flow gets them by
 * being listed in statemachines/index.ts and given a scenario.
 */
import { describe, expect, it, vi } from 'vitest';
import { flows } from '../../statemachines/index.ts';
import { useDatabase } from '../api/test-database.ts';
import { assertFailedAsDeclared, type CaseOf, plainEnd, runCase } from './bed/case.ts';
import { failAfter, failBefore, twice } from './bed/step-hooks.ts';
import type { World } from './bed/world.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();

const cases = flows.flatMap((flow) => flow.steps.map((step) => ({ name: `${flow.name} ${step.state}`, flow, step })));

const undoTwice = (world: World): void => {
  for (const step of ['undo-next-effect', 'undo-on-host', 'finish-unwind']) world.hooks.set(step, twice, Infinity);
};

describe.concurrent.each(cases)('$name', ({ flow, step }) => {
  const of: CaseOf = { flow, step };
  const name = step.action.name;

  it('run twice in a row lands on the same objects', async () => {
    const { task } = await runCase(await freshTable(), of, { plant: (world) => [world.hooks.set(name, twice)] });
    expect(task.state).toBe(plainEnd(of));
  });

  it('that fails before it acts leaves a clean slate', async () => {
    const ended = await runCase(await freshTable(), of, { plant: (world) => [world.hooks.set(name, failBefore)] });
    assertFailedAsDeclared(of, 'before', ended);
  });

  it('that fails after it acted leaves a clean slate', async () => {
    const ended = await runCase(await freshTable(), of, { plant: (world) => [world.hooks.set(name, failAfter)] });
    assertFailedAsDeclared(of, 'after', ended);
  });
});

const leavesEffects = cases.filter(
  ({ flow, step }) => 'effects' in step.undo && flow.steps.some((one) => one.pastPointOfNoReturn !== true),
);

describe.concurrent.each(leavesEffects)('$name', ({ flow, step }) => {
  it('that fails after it acted is undone by steps that each run twice', async () => {
    const of: CaseOf = { flow, step };
    const ended = await runCase(await freshTable(), of, {
      plant: (world) => {
        undoTwice(world);
        return [world.hooks.set(step.action.name, failAfter)];
      },
    });
    assertFailedAsDeclared(of, 'after', ended);
  });
});
