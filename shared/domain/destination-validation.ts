/** May copies come to these destinations? What clones of databases and of a snapshot share. Flex contract, section 8. */
import type { Database } from './database.ts';
import type { DatabaseVendor, Host } from './host.ts';
import { type Issue, issue } from './issue.ts';
import { type Lock, lockKey } from './lock.ts';
import { duplicatedNameIssues, invalidNameIssues, takenNameIssues } from './name-validation.ts';
import type { CloneDestination } from './plan.ts';

export interface Destination {
  readonly hostId: string;
  /** The database that is copied. */
  readonly dbId: string;
  /** Name of the copy. */
  readonly dbName: string;
}

/** What the store knew when the request came; hosts and live databases by host id, locks by key. */
export interface DestinationFacts {
  readonly nowSeconds: number;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly databases: ReadonlyMap<string, readonly Database[]>;
  readonly locks: ReadonlyMap<string, Lock>;
}

export const maxDestinations = 50;
/**
 * The recording transaction checks each host and the array once, notes the call, pins the snapshot that is copied, and
 * holds 100 items: 6 + 50 reservations + 44 hosts. docs/adr/0013.
 */
export const maxDestinationHosts = 44;

/** Each host once. */
export const hostIdsOf = (destinations: readonly Destination[]): readonly string[] => [
  ...new Set(destinations.map((one) => one.hostId)),
];

/** Each database that is copied once. */
export const sourceIdsOf = (destinations: readonly Destination[]): readonly string[] => [
  ...new Set(destinations.map((one) => one.dbId)),
];

/** Keys of the names that the copies will have. */
export const destinationKeys = (destinations: readonly Destination[]): readonly string[] =>
  destinations.map((one) => lockKey(one.hostId, one.dbName));

export const planDestinations = (destinations: readonly Destination[]): readonly CloneDestination[] =>
  destinations.map(({ hostId, dbName, dbId }) => ({ hostId, dbName, sourceDbId: dbId }));

export function engineIssues(
  destinations: readonly Destination[],
  source: { readonly hostId: string; readonly vendor: DatabaseVendor },
  facts: DestinationFacts,
): readonly Issue[] {
  return hostIdsOf(destinations).flatMap((hostId) => {
    const host = facts.hosts.get(hostId);
    if (host === undefined || host.vendor === source.vendor) return [];
    const text = `host '${hostId}' runs ${host.vendor}, the source '${source.hostId}' runs ${source.vendor}`;
    return [issue('DB_VENDOR_MISMATCH', text, { host_id: hostId })];
  });
}

/** A host that names an array sees copies on that one only. `sources`: arrays that hold what is copied. */
export function arrayIssues(
  destinations: readonly Destination[],
  sources: readonly string[],
  facts: DestinationFacts,
): readonly Issue[] {
  return hostIdsOf(destinations).flatMap((hostId) => {
    const named = facts.hosts.get(hostId)?.sdpId ?? '';
    if (named === '' || sources.every((sdpId) => sdpId === named)) return [];
    const text = `host '${hostId}' is on array ${named}, the source on ${sources.join(', ')}`;
    return [issue('SDP_MISMATCH', text, { host_id: hostId })];
  });
}

export const nameIssues = (destinations: readonly Destination[], facts: DestinationFacts): readonly Issue[] =>
  hostIdsOf(destinations).flatMap((hostId) => {
    const names = destinations.filter((one) => one.hostId === hostId).map((one) => one.dbName);
    return [
      ...duplicatedNameIssues(hostId, names),
      ...invalidNameIssues(names),
      ...takenNameIssues(hostId, names, facts.databases.get(hostId) ?? [], facts.locks),
    ];
  });
