import type { Clone } from '../../../shared/domain/clone.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { type CreateClonePlan, lockKeysOf } from '../../../shared/domain/plan.ts';
import type { Task, TaskResult } from '../../../shared/domain/task.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { releaseAll } from '../../../shared/use-cases/locking.ts';
import { destinationIn } from '../destination.ts';
import { doneState } from '../done-state.ts';
import { attachEffectId } from '../effect-of.ts';
import { AttachOutcome } from '../outcomes.ts';
import { createClonePlanOf } from '../plan-of.ts';
import { defineStep, type StepDeps, StepInput } from '../step.ts';

/**
 * Shows the snapshot and the clones, frees the names, and turns the task `done` last: whoever reads after that sees
 * everything. Showing them is the point of no return: from there the task is carried through and cannot be canceled.
 * Repeatable from any point. Nothing to undo.
 */
export const completeClone = defineStep({
  name: 'complete-clone',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'clock'],
  async run(deps, task) {
    const plan = createClonePlanOf(task);
    // Published by an earlier run that died after it: since then the clones may have been used, or deleted.
    const result = task.pastPointOfNoReturn ? task.result : await publish(deps, task, plan);
    await releaseAll(deps, lockKeysOf(plan), task.requestId);
    await deps.store.finishTask(task.requestId, doneState(task), { error: '', result }, nowSeconds(deps.clock));
    return { clones: plan.destinations.length };
  },
});

async function publish(
  deps: Pick<StepDeps, 'store' | 'clock'>,
  task: Task,
  plan: CreateClonePlan,
): Promise<TaskResult> {
  const recorded = await deps.store.getSnapshot(task.snapshotId);
  const effects = await deps.store.listEffects(task.requestId);
  const clones: Clone[] = [];
  for (const index of plan.destinations.keys()) {
    const { destination, database, indices, snapshot } = destinationIn(task, recorded, index);
    const attach = effects.find((effect) => effect.effectId === attachEffectId(index));
    const report = AttachOutcome.parse(attach?.outcome).database;
    const views = indices.flatMap((part) =>
      effects
        .filter((effect) => effect.effectId === `view-${String(index)}-${String(part)}`)
        .map((effect) => effect.name),
    );
    clones.push({
      hostId: destination.hostId,
      dbId: report.id,
      dbName: destination.dbName,
      sourceHostId: plan.sourceHostId,
      sourceDbId: database.dbId,
      sourceDbName: database.dbName,
      snapshotId: task.snapshotId,
      sdpId: snapshot.sdpId,
      views,
      requestId: task.requestId,
      createdAtSeconds: nowSeconds(deps.clock),
      snapshotIds: new Set(),
    });
  }
  const result = {
    snapshotId: task.snapshotId,
    clones: clones.map((clone) => ({
      id: clone.dbId,
      name: clone.dbName,
      hostId: clone.hostId,
      sourceHostId: clone.sourceHostId,
      sourceDbId: clone.sourceDbId,
      sourceDbName: clone.sourceDbName,
    })),
  };
  const published = await deps.store.publishClones(task.requestId, task.snapshotId, clones, result);
  if (published === 'refused') throw new DomainError('TaskCanceled', 'the task was canceled');
  return result;
}
