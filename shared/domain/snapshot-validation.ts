/** May this snapshot be taken? All problems at once. Flex contract, sections 7.1 and 8. */
import type { Database } from './database.ts';
import type { Host } from './host.ts';
import { type Issue, issue } from './issue.ts';
import type { CreateSnapshotPlan } from './plan.ts';
import type { ConsistencyLevel } from './snapshot.ts';
import { planArray, planSources, sourceIssues, vssIssues } from './source-validation.ts';

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
  readonly host: Host | undefined;
  /** Live databases of the host. */
  readonly databases: readonly Database[];
}

/**
 * Whether the agent is connected is no matter here: a schedule records its run all the same, and the flow says of a
 * silent agent that it is silent.
 */
export function snapshotIssues(request: SnapshotRequest, facts: SnapshotFacts): readonly Issue[] {
  const { hostId } = request;
  const { host, databases } = facts;
  if (host === undefined) return [issue('HOST_NOT_FOUND', `host '${hostId}' is not registered`, { host_id: hostId })];
  return [
    ...sourceIssues(host, [...new Set(request.databaseIds)], databases, request.consistencyLevel),
    ...vssIssues(host, request.forceVss),
  ];
}

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
