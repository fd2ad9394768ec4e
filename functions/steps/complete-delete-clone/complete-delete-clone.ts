import { lockKeysOf } from '../../../shared/domain/plan.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { releaseAll } from '../../../shared/use-cases/locking.ts';
import { doneState } from '../done-state.ts';
import { deleteClonePlanOf } from '../plan-of.ts';
import { defineStep, StepInput } from '../step.ts';

/** Forgets the clone and frees its snapshot; the task turns done last. Nothing to undo. */
export const completeDeleteClone = defineStep({
  name: 'complete-delete-clone',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'clock'],
  async run(deps, task) {
    const plan = deleteClonePlanOf(task);
    await deps.store.forgetClone(plan.hostId, plan.dbId, plan.snapshotId);
    await releaseAll(deps, lockKeysOf(plan), task.requestId);
    await deps.store.finishTask(task.requestId, doneState(task), { error: '', result: null }, nowSeconds(deps.clock));
    return {};
  },
});
