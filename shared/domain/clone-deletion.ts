/** May this clone be deleted? Flex contract, sections 7.4, 8 and 11. */
import { type Clone, firstId, isDatabaseOf } from './clone.ts';
import type { Database } from './database.ts';
import type { Host } from './host.ts';
import { isConnected } from './host.ts';
import { type Issue, issue } from './issue.ts';
import type { Lock } from './lock.ts';
import type { DeleteClonePlan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';
import { snapshotDeletionIssues } from './snapshot-deletion.ts';

export interface CloneDeletionFacts {
  readonly nowSeconds: number;
  readonly hostId: string;
  readonly dbId: string;
  readonly cascade: boolean;
  readonly host: Host | undefined;
  readonly database: Database | undefined;
  readonly clone: Clone | undefined;
  /** Those that go with the clone; none without `cascade`, or when there are too many. */
  readonly snapshots: readonly Snapshot[];
  readonly lock: Lock | undefined;
}

/** Snapshots that go with a clone, at most. The recording transaction holds each of them; its limit is 100 items. */
export const maxCascadedSnapshots = 40;

/** Ids of the snapshots that go with the clone. */
export const cascadedIds = (clone: Clone, cascade: boolean): readonly string[] =>
  cascade && clone.snapshotIds.size <= maxCascadedSnapshots ? [...clone.snapshotIds] : [];

/** Why a snapshot cannot go with the database that it was taken of. */
function cascadeIssues(snapshot: Snapshot, clone: Clone, body: Record<string, unknown>): readonly Issue[] {
  const { dbName } = clone;
  const others = snapshot.databases.filter((one) => one.dbId !== firstId(clone)).map((one) => one.dbName);
  const shared = `snapshot '${snapshot.snapshotId}' taken of '${dbName}' also holds the databases ${others.join(', ')}`;
  return [
    ...snapshotDeletionIssues(snapshot).map((one) => issue('DB_IS_IN_USE', one.description, body)),
    ...(others.length === 0 ? [] : [issue('DB_IS_IN_USE', shared, body)]),
  ];
}

function snapshotIssues({ cascade, snapshots }: CloneDeletionFacts, clone: Clone, body: Record<string, unknown>) {
  const { size } = clone.snapshotIds;
  if (size === 0) return [];
  if (!cascade) {
    const ids = [...clone.snapshotIds].join(', ');
    return [issue('DB_IS_IN_USE', `snapshots taken of '${clone.dbName}' still exist: ${ids}`, body)];
  }
  if (size > maxCascadedSnapshots) {
    const text = `${String(size)} snapshots of '${clone.dbName}' exist, and cascade deletes ${String(maxCascadedSnapshots)} at most`;
    return [issue('DB_IS_IN_USE', text, body)];
  }
  return snapshots.flatMap((snapshot) => cascadeIssues(snapshot, clone, body));
}

export function cloneDeletionIssues(facts: CloneDeletionFacts): readonly Issue[] {
  const { hostId, dbId, host, clone, database } = facts;
  const body = { host_id: hostId, database_id: dbId };
  if (host === undefined) return [issue('HOST_NOT_FOUND', `host '${hostId}' is not registered`, { host_id: hostId })];
  if (clone === undefined && database === undefined) {
    return [issue('DB_NOT_FOUND', `host '${hostId}' has no database '${dbId}'`, body)];
  }
  if (clone === undefined || (database !== undefined && !isDatabaseOf(clone, database))) {
    return [
      issue('DB_IS_NOT_A_CLONE', `database '${database?.name ?? dbId}' is an original: it is never deleted`, body),
    ];
  }
  if (clone.isRestored && database !== undefined) {
    const text = `database '${clone.dbName}' is an original that was restored from snapshot '${clone.snapshotId}': it is never deleted`;
    return [issue('DB_IS_NOT_A_CLONE', text, body)];
  }
  const silent = issue('HOST_NOT_CONNECTED', `the agent of host '${hostId}' is silent`, { host_id: hostId });
  return [...(isConnected(host, facts.nowSeconds) ? [] : [silent]), ...snapshotIssues(facts, clone, body)];
}

/** Shown by the twin only: the action waits for the lock. */
export const cloneDeletionWaits = (facts: CloneDeletionFacts): readonly Issue[] =>
  facts.lock === undefined || facts.clone === undefined
    ? []
    : [
        issue('RESOURCE_IS_LOCKED', `database '${facts.clone.dbName}' is held by a running task`, {
          host_id: facts.hostId,
        }),
      ];

/** `snapshots`: those that go with it. */
export const cloneDeletionPlan = (clone: Clone, snapshots: readonly Snapshot[]): DeleteClonePlan => ({
  flow: 'delete-clone',
  hostId: clone.hostId,
  dbId: clone.dbId,
  dbName: clone.dbName,
  cloneRequestId: clone.requestId,
  snapshotIds: snapshots.map((snapshot) => snapshot.snapshotId),
  sdpId: clone.sdpId,
});
