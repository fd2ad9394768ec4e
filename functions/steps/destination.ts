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

/** Throws when the snapshot is not recorded, or the plan has no such destination. */
export function destinationIn(task: Task, snapshot: Snapshot | undefined, index: number): DestinationFacts {
  const plan = createClonePlanOf(task);
  const destination = plan.destinations[index];
  const database = snapshot?.databases.find((one) => one.dbId === destination?.sourceDbId);
  if (destination === undefined || snapshot === undefined || database === undefined) {
    throw new DomainError('Internal', `destination ${String(index)} has no recorded snapshot`);
  }
  const indices = [...new Set(database.volumes.map((volume) => volume.snapshotIndex))].sort(
    (left, right) => left - right,
  );
  return { plan, destination, snapshot, database, indices };
}

/** The same, for a step that deals with one destination only. */
export const destinationOf = async (
  store: Pick<CatalogStore, 'getSnapshot'>,
  task: Task,
  index: number,
): Promise<DestinationFacts> => destinationIn(task, await store.getSnapshot(task.snapshotId), index);
