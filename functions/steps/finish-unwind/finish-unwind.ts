import { withoutLeftovers } from '../../../shared/domain/effect.ts';
import { exclusiveSnapshots, lockKeysOf, takesSnapshot } from '../../../shared/domain/plan.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { releaseAll } from '../../../shared/use-cases/locking.ts';
import { defineStep, StepInput } from '../step.ts';

/** All effects are undone: clears the task's own rows, releases its locks, and ends it as failed or canceled, last. */
export const finishUnwind = defineStep({
  name: 'finish-unwind',
  input: StepInput,
  phase: 'unwind',
  needs: ['store', 'flows', 'clock'],
  async run(deps, task) {
    const { plan, requestId } = task;
    if (takesSnapshot(plan) && task.snapshotId !== '') {
      const sourceIds = plan.sources.map((source) => source.dbId);
      await deps.store.discardSnapshot(requestId, task.snapshotId, plan.sourceHostId, sourceIds);
    }
    if (plan.flow === 'import-snapshot' || plan.flow === 'refresh')
      await deps.store.unpinSnapshot(plan.snapshotId, requestId);
    for (const snapshotId of exclusiveSnapshots(plan)) await deps.store.unlockSnapshot(snapshotId, requestId);
    await releaseAll(deps, lockKeysOf(plan), requestId);
    const state = task.cancelRequested ? 'canceled' : 'failed';
    const error = task.cancelRequested ? 'canceled' : withoutLeftovers(task.error);
    await deps.store.finishTask(requestId, state, { error, result: null }, nowSeconds(deps.clock));
    return { state };
  },
});
