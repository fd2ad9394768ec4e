/** May this clone be deleted? Flex contract, sections 7.4, 8 and 11. */
import type { Clone } from './clone.ts';
import type { Database } from './database.ts';
import type { Host } from './host.ts';
import { isConnected } from './host.ts';
import { type Issue, issue } from './issue.ts';
import type { Lock } from './lock.ts';
import type { DeleteClonePlan } from './plan.ts';

export interface CloneDeletionFacts {
  readonly nowSeconds: number;
  readonly hostId: string;
  readonly dbId: string;
  readonly cascade: boolean;
  readonly host: Host | undefined;
  readonly database: Database | undefined;
  readonly clone: Clone | undefined;
  readonly lock: Lock | undefined;
}

export function cloneDeletionIssues(facts: CloneDeletionFacts): readonly Issue[] {
  const { hostId, dbId, host, clone, database } = facts;
  const body = { host_id: hostId, database_id: dbId };
  if (host === undefined) return [issue('HOST_NOT_FOUND', `host '${hostId}' is not registered`, { host_id: hostId })];
  if (clone === undefined && database === undefined) {
    return [issue('DB_NOT_FOUND', `host '${hostId}' has no database '${dbId}'`, body)];
  }
  if (clone === undefined) {
    return [
      issue('DB_IS_NOT_A_CLONE', `database '${database?.name ?? dbId}' is an original: it is never deleted`, body),
    ];
  }
  const issues: Issue[] = [];
  if (!isConnected(host, facts.nowSeconds)) {
    issues.push(issue('HOST_NOT_CONNECTED', `the agent of host '${hostId}' is silent`, { host_id: hostId }));
  }
  if (clone.snapshotIds.size > 0) {
    const ids = [...clone.snapshotIds].join(', ');
    issues.push(issue('DB_IS_IN_USE', `snapshots taken of '${clone.dbName}' still exist: ${ids}`, body));
  } else if (facts.cascade) {
    issues.push(issue('DB_IS_IN_USE', 'cascade is not served yet: delete the snapshots of the clone first', body));
  }
  return issues;
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

export const cloneDeletionPlan = (clone: Clone): DeleteClonePlan => ({
  flow: 'delete-clone',
  hostId: clone.hostId,
  dbId: clone.dbId,
  dbName: clone.dbName,
  views: clone.views,
  snapshotId: clone.snapshotId,
  sdpId: clone.sdpId,
});
