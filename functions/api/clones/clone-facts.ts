import type { CloneRequest } from '../../../shared/domain/clone-validation.ts';
import { liveDatabases } from '../../../shared/domain/database.ts';
import {
  type DestinationFacts,
  destinationKeys,
  hostIdsOf,
  sourceIdsOf,
} from '../../../shared/domain/destination-validation.ts';
import type { ImportFacts, ImportRequest } from '../../../shared/domain/import-validation.ts';
import { sourceKeys } from '../../../shared/domain/source-validation.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';
import { existingSnapshot } from '../existing-snapshot.ts';

type FactDeps = Pick<ApiDeps, 'store' | 'clock'>;

/** The hosts with their live databases. */
async function hostFacts(
  { store, clock }: FactDeps,
  hostIds: readonly string[],
): Promise<Omit<DestinationFacts, 'locks'>> {
  const [found, rows] = await Promise.all([
    store.getHosts(hostIds),
    Promise.all(hostIds.map(async (hostId) => [hostId, await store.listDatabases(hostId)] as const)),
  ]);
  const hosts = new Map(found.map((host) => [host.hostId, host]));
  const databases = new Map(rows.map(([hostId, reported]) => [hostId, liveDatabases(hosts.get(hostId), reported)]));
  return { nowSeconds: nowSeconds(clock), hosts, databases };
}

async function locksOf({ store }: FactDeps, keys: readonly string[]): Promise<DestinationFacts['locks']> {
  const locks = await store.readLocks([...new Set(keys)]);
  return new Map(locks.map((lock) => [lock.key, lock]));
}

/** What the rules look at: the hosts named, and the locks on sources and on the names wanted. */
export async function cloneFacts(deps: FactDeps, request: CloneRequest): Promise<DestinationFacts> {
  const { sourceHostId, destinations } = request;
  const facts = await hostFacts(deps, [...new Set([sourceHostId, ...hostIdsOf(destinations)])]);
  const held = sourceKeys(sourceHostId, sourceIdsOf(destinations), facts.databases.get(sourceHostId) ?? []);
  return { ...facts, locks: await locksOf(deps, [...held, ...destinationKeys(destinations)]) };
}

/** The same for clones of a snapshot; throws `NotFound` when there is none. */
export async function importFacts(
  deps: FactDeps,
  snapshotId: string,
  { destinations }: ImportRequest,
): Promise<ImportFacts> {
  const [snapshot, facts, locks] = await Promise.all([
    existingSnapshot(deps.store, snapshotId),
    hostFacts(deps, hostIdsOf(destinations)),
    locksOf(deps, destinationKeys(destinations)),
  ]);
  return { ...facts, snapshot, locks };
}
