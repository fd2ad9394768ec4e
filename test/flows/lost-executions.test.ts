/**
 * Nothing depends on the process that began it: an execution that is stopped, or an interpreter that is lost with all it
 * knew, is found by the sweeper, and the task is finished or undone. Over each row of each flow's table.
 */
import { describe, expect, it, vi } from 'vitest';
import { flows } from '../../statemachines/index.ts';
import { useDatabase } from '../api/test-database.ts';
import { type CaseOf, mustGoOn, plainEnd, runCase } from './bed/case.ts';
import type { Around } from './bed/step-hooks.ts';
import { stopped } from './bed/stopped.ts';
import type { World } from './bed/world.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();

const cases = flows.flatMap((flow) => flow.steps.map((step) => ({ name: `${flow.name} ${step.state}`, flow, step })));

/** The interpreter dies right after the step acted; another one knows nothing. */
const lost =
  (world: World): Around =>
  async (run) => {
    const output = await run();
    await world.engine.lose();
    return output;
  };

describe.concurrent.each(cases)('$name', ({ flow, step }) => {
  const of: CaseOf = { flow, step };
  const name = step.action.name;

  it('whose execution is stopped is finished or undone by the sweeper', async () => {
    const { task } = await runCase(await freshTable(), of, {
      plant: (world) => [world.hooks.set(name, stopped(world))],
    });
    expect(task.state).toBe(mustGoOn(of, 'after') ? 'done' : 'failed');
  });

  it('whose execution is lost is started again from the top and lands on the same objects', async () => {
    const { task } = await runCase(await freshTable(), of, { plant: (world) => [world.hooks.set(name, lost(world))] });
    expect(task.state).toBe(plainEnd(of));
  });
});
