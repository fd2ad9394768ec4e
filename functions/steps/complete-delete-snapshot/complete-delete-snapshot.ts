import { nowSeconds } from '../../../shared/ports/clock.ts';
import { doneState } from '../done-state.ts';
import { deleteSnapshotPlanOf } from '../plan-of.ts';
import { defineStep, StepInput } from '../step.ts';

/** Forgets the snapshot; the task turns done last. Nothing to undo. */
export const completeDeleteSnapshot = defineStep({
  name: 'complete-delete-snapshot',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'clock'],
  async run(deps, task) {
    const { snapshotId } = deleteSnapshotPlanOf(task);
    const snapshot = await deps.store.getSnapshot(snapshotId);
    if (snapshot !== undefined) await deps.store.forgetSnapshot(snapshot, task.requestId);
    await deps.store.finishTask(task.requestId, doneState(task), { error: '', result: null }, nowSeconds(deps.clock));
    return {};
  },
});
