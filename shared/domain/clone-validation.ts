/** May these clones be made? All problems at once. Flex contract, sections 7.2 and 8. */
import type { Database } from './database.ts';
import { databaseNameProblem, sameName } from './database.ts';
import type { Host } from './host.ts';
import { type Issue, issue } from './issue.ts';
import { type Lock, lockKey } from './lock.ts';
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
  readonly destinations: readonly { readonly hostId: string; readonly dbId: string; readonly dbName: string }[];
  readonly namePrefix: string;
  readonly consistencyLevel: ConsistencyLevel;
  readonly targetState: 'online' | 'recovery';
  readonly forceVss: boolean;
}

/** What the store knew when the request came; hosts and databases by host id, locks by key. */
export interface CloneFacts {
  readonly nowSeconds: number;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly databases: ReadonlyMap<string, readonly Database[]>;
  readonly locks: ReadonlyMap<string, Lock>;
}

export const maxDestinations = 50;
/**
 * The recording transaction checks each host and the array once, notes the call, and holds 100 items: 5 + 50 reservations
 * + 45 hosts. docs/adr/0013.
 */
export const maxDestinationHosts = 45;

function engineIssues(request: CloneRequest, facts: CloneFacts): readonly Issue[] {
  const source = facts.hosts.get(request.sourceHostId);
  if (source === undefined) return [];
  return hostIdsOf(request).flatMap((hostId) => {
    const host = facts.hosts.get(hostId);
    if (host === undefined || host.vendor === source.vendor) return [];
    const text = `host '${hostId}' runs ${host.vendor}, the source '${source.hostId}' runs ${source.vendor}`;
    return [issue('DB_VENDOR_MISMATCH', text, { host_id: hostId })];
  });
}

/** A host that names an array sees copies on that one only. */
function arrayIssues(request: CloneRequest, facts: CloneFacts): readonly Issue[] {
  const sources = sourceArrays(uniqueIds(request), facts.databases.get(request.sourceHostId) ?? []);
  return hostIdsOf(request).flatMap((hostId) => {
    const named = facts.hosts.get(hostId)?.sdpId ?? '';
    if (named === '' || sources.every((sdpId) => sdpId === named)) return [];
    const text = `host '${hostId}' is on array ${named}, the source on ${sources.join(', ')}`;
    return [issue('SDP_MISMATCH', text, { host_id: hostId })];
  });
}

function nameIssues(request: CloneRequest, facts: CloneFacts): readonly Issue[] {
  const issues: Issue[] = [];
  for (const hostId of hostIdsOf(request)) {
    const names = request.destinations.filter((one) => one.hostId === hostId).map((one) => one.dbName);
    const duplicated = names.filter((name, index) => names.findIndex((other) => sameName(other, name)) !== index);
    if (duplicated.length > 0) {
      issues.push(issue('DB_NAME_DUPLICATED', `host_id='${hostId}'. db names given twice: ${duplicated.join(', ')}`));
    }
    for (const name of names) {
      const problem = databaseNameProblem(name);
      if (problem !== null) issues.push(issue('DB_NAME_INVALID', `db name '${name}' ${problem}`, { db_name: name }));
    }
    const taken = names.filter((name) => isNameTaken(hostId, name, facts));
    if (taken.length > 0) {
      issues.push(issue('DB_NAME_IS_IN_USE', `host_id='${hostId}'. db names already in use: ${taken.join(', ')}`));
    }
  }
  return issues;
}

function isNameTaken(hostId: string, name: string, facts: CloneFacts): boolean {
  if (facts.locks.has(lockKey(hostId, name))) return true;
  return (facts.databases.get(hostId) ?? []).some((database) => sameName(database.name, name));
}

export function cloneIssues(request: CloneRequest, facts: CloneFacts): readonly Issue[] {
  const hosts = [...new Set([request.sourceHostId, ...hostIdsOf(request)])];
  const source = facts.hosts.get(request.sourceHostId);
  const databases = facts.databases.get(request.sourceHostId) ?? [];
  return [
    ...hosts.flatMap((hostId) => hostIssues(hostId, facts.hosts.get(hostId), facts.nowSeconds)),
    ...(source === undefined ? [] : sourceIssues(source, uniqueIds(request), databases, request.consistencyLevel)),
    ...engineIssues(request, facts),
    ...arrayIssues(request, facts),
    ...nameIssues(request, facts),
    ...(source === undefined ? [] : vssIssues(source, request.forceVss)),
  ];
}

/** What a running task would make the request wait for; shown by the twin only, since the action waits. */
export const cloneWaits = (request: CloneRequest, facts: CloneFacts): readonly Issue[] =>
  sourceWaits(request.sourceHostId, uniqueIds(request), facts.databases.get(request.sourceHostId) ?? [], facts.locks);

/** Only for a request without issues. */
export function clonePlan(request: CloneRequest, facts: CloneFacts): CreateClonePlan {
  const databases = facts.databases.get(request.sourceHostId) ?? [];
  return {
    flow: 'create-clone',
    sdpId: planArray(uniqueIds(request), databases),
    sourceHostId: request.sourceHostId,
    sources: planSources(uniqueIds(request), databases),
    destinations: request.destinations.map((one) => ({ hostId: one.hostId, dbName: one.dbName, sourceDbId: one.dbId })),
    namePrefix: request.namePrefix,
    consistencyLevel: request.consistencyLevel,
    targetState: request.targetState,
    forceVss: request.forceVss,
  };
}

export const hostIdsOf = (request: CloneRequest): readonly string[] => [
  ...new Set(request.destinations.map((one) => one.hostId)),
];

const uniqueIds = (request: CloneRequest): readonly string[] => [
  ...new Set(request.destinations.map((one) => one.dbId)),
];
