/** A cancel at every instant: accepted, it leaves a clean slate; refused, the flow goes on as if nobody had asked. */
import { describe, expect, it, vi } from 'vitest';
import { isDomainError } from '../../shared/domain/errors.ts';
import { flows } from '../../statemachines/index.ts';
import { useDatabase } from '../api/test-database.ts';
import { type CaseOf, mustGoOn, plainEnd, runCase } from './bed/case.ts';
import type { Around } from './bed/step-hooks.ts';
import type { World } from './bed/world.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();

const cases = flows.flatMap((flow) => flow.steps.map((step) => ({ name: `${flow.name} ${step.state}`, flow, step })));

interface Answer {
  said: 'accepted' | 'refused' | 'not asked';
}

/** Asks for the cancel of the task that is under way. */
const cancel = async (world: World, answer: Answer): Promise<void> => {
  const [requestId] = await world.store.listOpenTasks();
  try {
    if (requestId === undefined) {
      answer.said = 'refused';
      return;
    }
    await world.ask('cancel-task', { path: { request_id: requestId } });
    answer.said = 'accepted';
  } catch (error) {
    if (!isDomainError(error, 'Refused')) throw error;
    answer.said = 'refused';
  }
};

const canceledBefore =
  (world: World, answer: Answer): Around =>
  async (run) => {
    await cancel(world, answer);
    return await run();
  };

const canceledAfter =
  (world: World, answer: Answer): Around =>
  async (run) => {
    const output = await run();
    await cancel(world, answer);
    return output;
  };

const around = { before: canceledBefore, after: canceledAfter } as const;

describe.concurrent.each(cases)('$name', ({ flow, step }) => {
  const of: CaseOf = { flow, step };

  // Once the undo runs every cancel is refused, before a step as after it: one of the two is enough.
  const moments = step.action.phase === 'unwind' ? (['before'] as const) : (['before', 'after'] as const);

  it.each(moments)('canceled %s it acts is undone, or goes on', async (when) => {
    const answer: Answer = { said: 'not asked' };
    const { task } = await runCase(await freshTable(), of, {
      plant: (world) => [world.hooks.set(step.action.name, around[when](world, answer))],
    });
    expect(answer.said).not.toBe('not asked');
    if (mustGoOn(of, when)) expect(answer.said).toBe('refused');
    expect(task.state).toBe(answer.said === 'accepted' ? 'canceled' : plainEnd(of));
  });
});
