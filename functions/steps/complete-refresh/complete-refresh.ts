import { DomainError } from '../../../shared/domain/errors.ts';
import { lockKeysOf, type RefreshPlan } from '../../../shared/domain/plan.ts';
import type { Task, TaskResult } from '../../../shared/domain/task.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { PublishedCopy } from '../../../shared/ports/store.ts';
import { releaseAll } from '../../../shared/use-cases/locking.ts';
import { cloneOf, resultOf } from '../clone-of.ts';
import { copyIn } from '../copy.ts';
import { doneState } from '../done-state.ts';
import { inServiceBy } from '../in-service.ts';
import { refreshPlanOf } from '../plan-of.ts';
import { defineStep, type StepDeps, StepInput } from '../step.ts';

/**
 * Swaps the lineage: what was refreshed is a clone of the new snapshot, the old one is free unless a backup is kept. Then
 * the locks go, and the task turns `done` last: whoever reads after that sees everything. Repeatable from any point.
 * Nothing to undo.
 */
export const completeRefresh = defineStep({
  name: 'complete-refresh',
  input: StepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'clock'],
  async run(deps, task) {
    const plan = refreshPlanOf(task);
    // Published by an earlier run that died after it.
    const result = task.result ?? (await publish(deps, task, plan));
    await deps.store.unpinSnapshot(plan.snapshotId, task.requestId);
    await releaseAll(deps, lockKeysOf(plan), task.requestId);
    await deps.store.finishTask(task.requestId, doneState(task), { error: '', result }, nowSeconds(deps.clock));
    return { databases: plan.databases.length };
  },
});

async function publish(deps: Pick<StepDeps, 'store' | 'clock'>, task: Task, plan: RefreshPlan): Promise<TaskResult> {
  const [snapshot, effects] = await Promise.all([
    deps.store.getSnapshot(plan.snapshotId),
    deps.store.listEffects(task.requestId),
  ]);
  const inService = inServiceBy(task.requestId, effects);
  const oldIdOf = (backupName: string, index: number): string => {
    const { database, backup_id: backupId } = inService(index);
    // A backup has kept its id; without one the database in service bears it.
    if (backupName === '') return database.id;
    if (backupId === null) throw new DomainError('Internal', `the swap says nothing of backup '${backupName}'`);
    return backupId;
  };
  const oldIds = plan.databases.map(({ backupName }, index) => oldIdOf(backupName, index));
  const clones = await deps.store.getClones(plan.hostId, oldIds);
  const atSeconds = nowSeconds(deps.clock);
  const copies = plan.databases.map(({ dbName, backupName }, index): PublishedCopy => {
    const old = clones.find((one) => one.dbId === oldIds[index]);
    // What was no clone took the database of its own name: on its own host that is itself.
    const isRestored = old === undefined ? plan.hostId === plan.sourceHostId : old.isRestored;
    const { id, uid = '' } = inService(index).database;
    const made = { dbId: id, uid, dbName, atSeconds, isRestored };
    const clone = cloneOf(task, copyIn(task, snapshot, index), index, effects, made);
    if (old === undefined) return { clone, replaced: null };
    if (backupName !== '') return { clone, replaced: { clone: old, backupName } };
    // It is the clone that it was, on other volumes.
    const { requestId, createdAtSeconds } = old;
    return { clone: { ...clone, requestId, createdAtSeconds }, replaced: { clone: old, backupName } };
  });
  const result = { clones: copies.map(({ clone }) => resultOf(clone)) };
  const published = await deps.store.publishCopies(task.requestId, plan.snapshotId, copies, result);
  if (published === 'refused') throw new DomainError('Internal', 'the refresh does not go forward any more');
  return result;
}
