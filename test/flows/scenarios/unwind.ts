import { failBefore } from '../bed/step-hooks.ts';
import { otherHostId, type World } from '../bed/world.ts';
import { askForClones } from './create-clone.ts';
import type { Scenario } from './scenario.ts';

/** One agent cannot take its database back at first: it must be stepped over, reported, and tried again. */
const detachFailsOnce = (world: World) => [world.agent(otherHostId).script.plan('detach', { how: 'fail' })];

/** Everything was made and the last step fails, so that every kind of effect must be taken back. */
export const unwindScenario: Scenario = {
  flow: 'unwind',
  endsAs: 'failed',
  prepare: () => Promise.resolve(),
  ask: (world) => {
    world.hooks.set('complete-clone', failBefore);
    return askForClones(world, 2);
  },
  routes: {
    ReportUndoFailure: { endsAs: 'failed', plan: detachFailsOnce },
    MarkNeedsAttention: { endsAs: 'failed', plan: detachFailsOnce },
  },
  done: null,
};
