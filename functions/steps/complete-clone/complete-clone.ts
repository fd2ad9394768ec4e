import type { Clone } from '../../../shared/domain/clone.ts';
import { copiedSnapshotId } from '../../../shared/domain/copy.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { lockKeysOf } from '../../../shared/domain/plan.ts';
import type { Task, TaskResult } from '../../../shared/domain/task.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { releaseAll } from '../../../shared/use-cases/locking.ts';
import { cloneOf, resultOf } from '../clone-of.ts';
import { copyIn } from '../copy.ts';
import { doneState } from '../done-state.ts';
import { attachEffectId } from '../effect-of.ts';
import { AttachOutcome } from '../outcomes.ts';
import { clonesPlanOf } from '../plan-of.ts';
import { defineStep, type StepDeps, StepInput } from '../step.ts';

/**
 * Shows the clones, and the snapshot where the task took it, frees the names, and turns the task `done` last: whoever
 * reads after that sees everything. Showing them is the point of no return: from there the task is carried through and
 * cannot be canceled. Repeatable from any point. Nothing to undo.
 */
export const completeClone = defineStep({
  name: 'complete-clone',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'clock'],
  async run(deps, task) {
    const plan = clonesPlanOf(task);
    // Published by an earlier run that died after it: since then the clones may have been used, or deleted.
    const result = task.pastPointOfNoReturn ? task.result : await publish(deps, task, plan);
    if (plan.flow === 'import-snapshot') await deps.store.unpinSnapshot(plan.snapshotId, task.requestId);
    await releaseAll(deps, lockKeysOf(plan), task.requestId);
    await deps.store.finishTask(task.requestId, doneState(task), { error: '', result }, nowSeconds(deps.clock));
    return { clones: plan.destinations.length };
  },
});

async function publish(
  deps: Pick<StepDeps, 'store' | 'clock'>,
  task: Task,
  plan: ReturnType<typeof clonesPlanOf>,
): Promise<TaskResult> {
  const snapshotId = copiedSnapshotId(task);
  const snapshot = await deps.store.getSnapshot(snapshotId);
  const effects = await deps.store.listEffects(task.requestId);
  const atSeconds = nowSeconds(deps.clock);
  const clones = plan.destinations.map(({ dbName }, index): Clone => {
    const attach = effects.find((effect) => effect.effectId === attachEffectId(index));
    const { id: dbId, uid = '' } = AttachOutcome.parse(attach?.outcome).database;
    return cloneOf(task, copyIn(task, snapshot, index), index, effects, {
      dbId,
      uid,
      dbName,
      atSeconds,
      isRestored: false,
    });
  });
  const made = { clones: clones.map(resultOf) };
  const result = plan.flow === 'create-clone' ? { snapshotId, ...made } : made;
  const published =
    plan.flow === 'create-clone'
      ? await deps.store.publishClones(task.requestId, snapshotId, clones, result)
      : await deps.store.publishCopies(
          task.requestId,
          snapshotId,
          clones.map((clone) => ({ clone, replaced: null })),
          result,
        );
  if (published === 'refused') throw new DomainError('TaskCanceled', 'the task was canceled');
  return result;
}
