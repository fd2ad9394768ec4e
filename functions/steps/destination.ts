/** One destination of a clone, with the part of the snapshot it is made from. */
import { DomainError } from '../../shared/domain/errors.ts';
import type { CloneDestination, CreateClonePlan } from '../../shared/domain/plan.ts';
import type { Snapshot, SnapshotDatabase } from '../../shared/domain/snapshot.ts';
import type { Task } from '../../shared/domain/task.ts';
import type { CatalogStore } from '../../shared/ports/store.ts';
import { createClonePlanOf } from './plan-of.ts';

export interface DestinationFacts {
  readonly plan: CreateClonePlan;
  readonly destination: CloneDestination;
  readonly snapshot: Snapshot;
  readonly database: SnapshotDatabase;
  /** Which array snapshots the database lies on. */
  readonly indices: readonly number[];
}

export async function destinationOf(
  store: Pick<CatalogStore, 'getSnapshot'>,
  task: Task,
  index: number,
): Promise<DestinationFacts> {
  const plan = createClonePlanOf(task);
  const destination = plan.destinations[index];
  const snapshot = await store.getSnapshot(task.snapshotId);
  const database = snapshot?.databases.find((one) => one.dbId === destination?.sourceDbId);
  if (destination === undefined || snapshot === undefined || database === undefined) {
    throw new DomainError('Internal', `destination ${String(index)} has no recorded snapshot`);
  }
  const indices = [...new Set(database.volumes.map((volume) => volume.snapshotIndex))].sort(
    (left, right) => left - right,
  );
  return { plan, destination, snapshot, database, indices };
}
