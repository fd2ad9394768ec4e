import { lockKeysOf } from '../../../shared/domain/plan.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { releaseAll } from '../../../shared/use-cases/locking.ts';
import { doneState } from '../done-state.ts';
import { heldClone } from '../held-clone.ts';
import { deleteClonePlanOf } from '../plan-of.ts';
import { defineStep, StepInput } from '../step.ts';

/** Forgets the clone with the snapshots that go with it, and frees its own; the task turns done last. Nothing to undo. */
export const completeDeleteClone = defineStep({
  name: 'complete-delete-clone',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'clock'],
  async run(deps, task) {
    const plan = deleteClonePlanOf(task);
    for (const snapshotId of plan.snapshotIds) {
      const snapshot = await deps.store.getSnapshot(snapshotId);
      if (snapshot !== undefined) await deps.store.forgetSnapshot(snapshot, task.requestId);
    }
    const clone = await heldClone(deps.store, plan);
    if (clone !== undefined) await deps.store.forgetClone(clone.hostId, clone.dbId, clone.snapshotId);
    await releaseAll(deps, lockKeysOf(plan), task.requestId);
    await deps.store.finishTask(task.requestId, doneState(task), { error: '', result: null }, nowSeconds(deps.clock));
    return {};
  },
});
