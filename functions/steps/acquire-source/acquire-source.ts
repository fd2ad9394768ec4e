import { sourceLockKeys } from '../../../shared/domain/plan.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { acquireAll } from '../../../shared/use-cases/locking.ts';
import { sourcePlanOf } from '../plan-of.ts';
import { defineStep, WaitingStepInput } from '../step.ts';

/**
 * Waits until no other task freezes the source databases. Held from here to record-snapshot, so that several clones of
 * one source run at once apart from their snapshots. Undo: finish-unwind releases.
 */
export const acquireSource = defineStep({
  name: 'acquire-source',
  input: WaitingStepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'clock'],
  async run(deps, task, { token }) {
    await deps.store.markRunning(task.requestId, nowSeconds(deps.clock));
    const keys = [...new Set(sourceLockKeys(sourcePlanOf(task)))].sort();
    const waiter = { requestId: task.requestId, attempt: task.attempt, token, keys };
    // Once the snapshot is recorded the sources are not touched any more.
    const decision = task.snapshotId === '' ? await acquireAll(deps, waiter) : 'held';
    if (decision === 'held') await deps.flows.succeed(token, {});
    return { decision };
  },
});
