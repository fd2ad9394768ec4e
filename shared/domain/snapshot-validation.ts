/** May this snapshot be taken? All problems at once. Flex contract, sections 7.1 and 8. */
import type { Database } from './database.ts';
import type { Host } from './host.ts';
import type { Issue } from './issue.ts';
import type { CreateSnapshotPlan } from './plan.ts';
import type { ConsistencyLevel } from './snapshot.ts';
import { hostIssues, planArray, planSources, sourceIssues, sourceWaits, vssIssues } from './source-validation.ts';

export interface SnapshotRequest {
  readonly hostId: string;
  /** All of them lie in one snapshot, at one point in time. */
  readonly databaseIds: readonly string[];
  readonly namePrefix: string;
  readonly consistencyLevel: ConsistencyLevel;
  readonly forceVss: boolean;
  /** '' when somebody asks for it. */
  readonly scheduleId: string;
}

/** What the store knew when the request came. */
export interface SnapshotFacts {
  readonly nowSeconds: number;
  readonly host: Host | undefined;
  /** Live databases of the host. */
  readonly databases: readonly Database[];
}

/** As many as a clone has destinations: the transaction that records the snapshot looks at each database. */
export const maxSnapshotDatabases = 50;

/**
 * Somebody who asks is told at once that the agent is silent. A schedule records its run all the same, and the flow says
 * of a silent agent that it is silent.
 */
export function snapshotIssues(request: SnapshotRequest, facts: SnapshotFacts): readonly Issue[] {
  const { host, databases } = facts;
  const aboutHost = hostIssues(request.hostId, host, facts.nowSeconds);
  if (host === undefined) return aboutHost;
  return [
    ...(request.scheduleId === '' ? aboutHost : []),
    ...sourceIssues(host, [...new Set(request.databaseIds)], databases, request.consistencyLevel),
    ...vssIssues(host, request),
  ];
}

/** What a running task would make the request wait for; shown by the twin only, since the action waits. */
export const snapshotWaits = (
  request: SnapshotRequest,
  facts: SnapshotFacts,
  heldKeys: ReadonlySet<string>,
): readonly Issue[] => sourceWaits(request.hostId, [...new Set(request.databaseIds)], facts.databases, heldKeys);

/** Only for a request without issues. */
export const snapshotPlan = (request: SnapshotRequest, facts: SnapshotFacts): CreateSnapshotPlan => ({
  flow: 'create-snapshot',
  sdpId: planArray(request.databaseIds, facts.databases),
  sourceHostId: request.hostId,
  sources: planSources(request.databaseIds, facts.databases),
  namePrefix: request.namePrefix,
  consistencyLevel: request.consistencyLevel,
  forceVss: request.forceVss,
  scheduleId: request.scheduleId,
});
