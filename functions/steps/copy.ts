/** One copy that a task makes, with the part of the snapshot it is made from. */
import { copiedSnapshotId, copiesOf, type CopyOrder } from '../../shared/domain/copy.ts';
import { DomainError } from '../../shared/domain/errors.ts';
import type { CopyPlan } from '../../shared/domain/plan.ts';
import type { Snapshot, SnapshotDatabase } from '../../shared/domain/snapshot.ts';
import type { Task } from '../../shared/domain/task.ts';
import type { CatalogStore } from '../../shared/ports/store.ts';
import { copyPlanOf } from './plan-of.ts';

export interface CopyFacts {
  readonly plan: CopyPlan;
  readonly copy: CopyOrder;
  readonly snapshot: Snapshot;
  readonly database: SnapshotDatabase;
  /** Which array snapshots the database lies on. */
  readonly indices: readonly number[];
}

/** Throws when the snapshot is not recorded, or the plan has no such copy. */
export function copyIn(task: Task, snapshot: Snapshot | undefined, index: number): CopyFacts {
  const plan = copyPlanOf(task);
  const copy = copiesOf(task)[index];
  const database = snapshot?.databases.find((one) => one.dbId === copy?.sourceDbId);
  if (copy === undefined || snapshot === undefined || database === undefined) {
    throw new DomainError('Internal', `copy ${String(index)} has no recorded snapshot`);
  }
  const indices = [...new Set(database.volumes.map((volume) => volume.snapshotIndex))].sort(
    (left, right) => left - right,
  );
  return { plan, copy, snapshot, database, indices };
}

/** The same, for a step that deals with one copy only. */
export const copyOf = async (store: Pick<CatalogStore, 'getSnapshot'>, task: Task, index: number): Promise<CopyFacts> =>
  copyIn(task, await store.getSnapshot(copiedSnapshotId(task)), index);
