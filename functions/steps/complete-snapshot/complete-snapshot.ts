import { DomainError } from '../../../shared/domain/errors.ts';
import type { Task, TaskResult } from '../../../shared/domain/task.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { doneState } from '../done-state.ts';
import { createSnapshotPlanOf } from '../plan-of.ts';
import { defineStep, type StepDeps, StepInput } from '../step.ts';

/**
 * Shows the snapshot, which nothing pins any more, and turns the task `done` last: whoever reads after that sees it.
 * Showing it is the point of no return: from there the task is carried through and cannot be canceled. The locks of the
 * sources are free since record-snapshot. Repeatable from any point. Nothing to undo.
 */
export const completeSnapshot = defineStep({
  name: 'complete-snapshot',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'clock'],
  async run(deps, task) {
    createSnapshotPlanOf(task);
    // Shown by an earlier run that died after it: since then it may have been cloned from, or deleted.
    const result = task.pastPointOfNoReturn ? task.result : await publish(deps, task);
    await deps.store.finishTask(task.requestId, doneState(task), { error: '', result }, nowSeconds(deps.clock));
    return {};
  },
});

async function publish(deps: Pick<StepDeps, 'store'>, task: Task): Promise<TaskResult> {
  const result = { snapshotId: task.snapshotId };
  const published = await deps.store.publishSnapshot(task.requestId, task.snapshotId, result);
  if (published === 'refused') throw new DomainError('TaskCanceled', 'the task was canceled');
  return result;
}
