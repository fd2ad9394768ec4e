/** Several things go wrong in one task, in any combination: it ends finished or undone all the same. */
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { isFinal } from '../../shared/domain/task.ts';
import { createCloneFlow } from '../../statemachines/create-clone/flow.ts';
import { unwindFlow } from '../../statemachines/unwind/flow.ts';
import { useDatabase } from '../api/test-database.ts';
import { assertFinishedOrUndone, drive } from './bed/ending.ts';
import { type Around, failAfter, failBefore, twice } from './bed/step-hooks.ts';
import { createWorld, type World } from './bed/world.ts';
import { scenarioOf } from './scenarios/index.ts';

vi.setConfig({ testTimeout: 200_000 });
const freshTable = useDatabase();

const around: Readonly<Record<string, (world: World) => Around>> = {
  'fails before': () => failBefore,
  'fails after': () => failAfter,
  'runs twice': () => twice,
  'is stopped after': (world) => async (run) => {
    const output = await run();
    world.engine.abort();
    return output;
  },
};

const steps = [...createCloneFlow.steps, ...unwindFlow.steps].map((step) => step.action.name);
const fault = fc.record({ step: fc.constantFrom(...steps), how: fc.constantFrom(...Object.keys(around)) });

it('ends finished or undone under up to four faults at once', async () => {
  let fired = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 2, maxLength: 4 }), async (faults) => {
      const scenario = scenarioOf('create-clone');
      const world = await createWorld(await freshTable());
      try {
        const before = await world.lines();
        const switches = faults.map(({ step, how }) => world.hooks.set(step, around[how]?.(world) ?? failBefore));
        const { task } = await drive(world, await scenario.ask(world));
        world.outlastFreezes();
        expect(isFinal(task.state)).toBe(true);
        await assertFinishedOrUndone(world, scenario, task, before);
        fired += switches.filter((one) => one.fired()).length;
      } finally {
        await world.stop();
      }
    }),
    { seed: 20_260_301, numRuns: 12, endOnFailure: true },
  );
  expect(fired).toBeGreaterThan(12);
});
