import * as z from 'zod/mini';
import { describeFailure, Failure } from '../failure.ts';
import { defineStep, stepInput } from '../step.ts';

/**
 * An undo on a host failed or timed out: noted, stepped over, the rest is undone. A freeze needs no more: it is a dead
 * man's switch and ends by itself, at the latest when the agent starts again.
 */
export const reportUndoFailure = defineStep({
  name: 'report-undo-failure',
  input: z.object({ ...stepInput, effect_id: z.string(), failure: Failure }),
  phase: 'unwind',
  needs: ['store'],
  async run(deps, task, input) {
    const effect = await deps.store.getEffect(task.requestId, input.effect_id);
    if (effect?.kind === 'freeze') await deps.store.markUndone(task.requestId, input.effect_id);
    else await deps.store.markBlocked(task.requestId, input.effect_id, task.attempt, describeFailure(input.failure));
    return {};
  },
});
