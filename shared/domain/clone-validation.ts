/** May these clones be made? All problems at once. Flex contract, sections 7.2 and 8. */
import {
  arrayIssues,
  type Destination,
  type DestinationFacts,
  engineIssues,
  hostIdsOf,
  nameIssues,
  planDestinations,
  sourceIdsOf,
} from './destination-validation.ts';
import type { Issue } from './issue.ts';
import type { CreateClonePlan } from './plan.ts';
import type { ConsistencyLevel } from './snapshot.ts';
import {
  hostIssues,
  planArray,
  planSources,
  sourceArrays,
  sourceIssues,
  sourceWaits,
  vssIssues,
} from './source-validation.ts';

export interface CloneRequest {
  readonly sourceHostId: string;
  readonly destinations: readonly Destination[];
  readonly namePrefix: string;
  readonly consistencyLevel: ConsistencyLevel;
  readonly targetState: 'online' | 'recovery';
  readonly forceVss: boolean;
}

/** `facts` of the source host too. */
export function cloneIssues(request: CloneRequest, facts: DestinationFacts): readonly Issue[] {
  const { sourceHostId, destinations } = request;
  const hosts = [...new Set([sourceHostId, ...hostIdsOf(destinations)])];
  const source = facts.hosts.get(sourceHostId);
  const dbIds = sourceIdsOf(destinations);
  const databases = facts.databases.get(sourceHostId) ?? [];
  return [
    ...hosts.flatMap((hostId) => hostIssues(hostId, facts.hosts.get(hostId), facts.nowSeconds)),
    ...(source === undefined ? [] : sourceIssues(source, dbIds, databases, request.consistencyLevel)),
    ...(source === undefined ? [] : engineIssues(destinations, source, facts)),
    ...arrayIssues(destinations, sourceArrays(dbIds, databases), facts),
    ...nameIssues(destinations, facts),
    ...(source === undefined ? [] : vssIssues(source, request)),
  ];
}

/** What a running task would make the request wait for; shown by the twin only, since the action waits. */
export const cloneWaits = ({ sourceHostId, destinations }: CloneRequest, facts: DestinationFacts): readonly Issue[] =>
  sourceWaits(sourceHostId, sourceIdsOf(destinations), facts.databases.get(sourceHostId) ?? [], facts.locks);

/** Only for a request without issues. */
export function clonePlan(request: CloneRequest, facts: DestinationFacts): CreateClonePlan {
  const databases = facts.databases.get(request.sourceHostId) ?? [];
  const dbIds = sourceIdsOf(request.destinations);
  return {
    flow: 'create-clone',
    sdpId: planArray(dbIds, databases),
    sourceHostId: request.sourceHostId,
    sources: planSources(dbIds, databases),
    destinations: planDestinations(request.destinations),
    namePrefix: request.namePrefix,
    consistencyLevel: request.consistencyLevel,
    targetState: request.targetState,
    forceVss: request.forceVss,
  };
}
