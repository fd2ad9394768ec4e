/**
 * StopExecution and a time-out end an execution, not the function it has called. One that was just about to act finds
 * that its task went on without it: it writes no intent, and so does nothing, whatever was done or undone meanwhile.
 */
import { describe, expect, it, vi } from 'vitest';
import { flows } from '../../statemachines/index.ts';
import { useDatabase } from '../api/test-database.ts';
import { mustGoOn, runCase } from './bed/case.ts';
import { drive } from './bed/ending.ts';
import { beforeIntent } from './bed/step-hooks.ts';
import type { World } from './bed/world.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();

const cases = flows
  .flatMap((flow) => flow.steps.map((step) => ({ name: `${flow.name} ${step.state}`, flow, step })))
  .filter(({ step }) => 'effects' in step.undo);

/** Stops the execution between a step's look at the task and its intent, and holds the step up there. */
function lateStep(name: string) {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let intent: Promise<unknown> = Promise.resolve('nothing was held up');
  return {
    plant: (world: World) => [
      world.hooks.set(name, (run) => {
        world.hooks.set(beforeIntent, (intend) => {
          world.engine.abort();
          const late = world.holdStep(released).then(intend);
          intent = late;
          return late;
        });
        return run();
      }),
    ],
    /** Lets the step go on; what comes of its intent. */
    goOn: () => {
      release();
      return intent;
    },
  };
}

describe.concurrent.each(cases)('$name', ({ flow, step }) => {
  it('of a stopped execution does nothing once the next attempt is claimed', async () => {
    const late = lateStep(step.action.name);
    const { task } = await runCase(
      await freshTable(),
      { flow, step },
      {
        plant: late.plant,
        meanwhile: async (world, requestId) => {
          const { ticks } = await drive(world, requestId);
          expect(ticks).toBeGreaterThan(0);
          const journal = await world.store.listEffects(requestId);
          await expect(late.goOn()).rejects.toMatchObject({ name: 'StaleAttempt' });
          expect(await world.store.listEffects(requestId)).toEqual(journal);
        },
      },
    );
    expect(task.state).toBe(mustGoOn({ flow, step }, 'before') ? 'done' : 'failed');
  });
});
