/** May these clones of a snapshot be made? All problems at once. Flex contract, sections 7.3 and 8. */
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
import { type Issue, issue } from './issue.ts';
import type { ImportSnapshotPlan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';
import { snapshotLockIssues } from './snapshot-deletion.ts';
import { hostIssues } from './source-validation.ts';

export interface ImportRequest {
  readonly destinations: readonly Destination[];
  readonly targetState: 'online' | 'recovery';
}

/** `snapshot`: an available one. */
export interface ImportFacts extends DestinationFacts {
  readonly snapshot: Snapshot;
}

/** The host that the snapshot was taken of is not asked for anything: it may be silent, or gone. */
export function importIssues({ destinations }: ImportRequest, facts: ImportFacts): readonly Issue[] {
  const { snapshot } = facts;
  const missing = sourceIdsOf(destinations).filter((dbId) => snapshot.databases.every((one) => one.dbId !== dbId));
  const vendor = snapshot.databases[0]?.vendor;
  return [
    ...snapshotLockIssues(snapshot),
    ...hostIdsOf(destinations).flatMap((hostId) => hostIssues(hostId, facts.hosts.get(hostId), facts.nowSeconds)),
    ...missing.map((dbId) => {
      const text = `database '${dbId}' is not in snapshot '${snapshot.snapshotId}'`;
      return issue('DB_NOT_IN_SNAPSHOT', text, { snapshot_id: snapshot.snapshotId, db_id: dbId });
    }),
    ...(vendor === undefined ? [] : engineIssues(destinations, { hostId: snapshot.hostId, vendor }, facts)),
    ...arrayIssues(destinations, [snapshot.sdpId], facts),
    ...nameIssues(destinations, facts),
  ];
}

/** Only for a request without issues. */
export const importPlan = (request: ImportRequest, { snapshot }: ImportFacts): ImportSnapshotPlan => ({
  flow: 'import-snapshot',
  sdpId: snapshot.sdpId,
  snapshotId: snapshot.snapshotId,
  sourceHostId: snapshot.hostId,
  destinations: planDestinations(request.destinations),
  targetState: request.targetState,
});
