import { liveDatabases } from '../../../shared/domain/database.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { lockKey } from '../../../shared/domain/lock.ts';
import {
  backupNames,
  namedDatabases,
  type RefreshFacts,
  type RefreshRequest,
} from '../../../shared/domain/refresh-validation.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';

type FactDeps = Pick<ApiDeps, 'store' | 'clock'>;

/** What the rules look at, with the locks on the names of backups; throws `NotFound` for an unknown host. */
export async function refreshFacts(
  { store, clock }: FactDeps,
  hostId: string,
  request: RefreshRequest,
): Promise<RefreshFacts> {
  const [host, reported, snapshot] = await Promise.all([
    store.getHost(hostId),
    store.listDatabases(hostId),
    store.getSnapshot(request.snapshotId),
  ]);
  if (host === undefined) throw new DomainError('NotFound', `Host '${hostId}' not found`);
  const facts = { nowSeconds: nowSeconds(clock), databases: liveDatabases(host, reported) };
  const named = namedDatabases(request.dbNames, facts.databases);
  const [clones, locks] = await Promise.all([
    store.getClones(
      hostId,
      named.map(({ dbId }) => dbId),
    ),
    store.readLocks(backupNames(request, facts).map((name) => lockKey(hostId, name))),
  ]);
  return {
    ...facts,
    host,
    clones: new Map(clones.map((clone) => [clone.dbId, clone])),
    snapshot: snapshot?.state === 'available' ? snapshot : undefined,
    heldKeys: new Set(locks.map((lock) => lock.key)),
  };
}

/** Keys of the named databases that running tasks hold. */
export async function heldDatabases(
  { store }: FactDeps,
  { host: { hostId }, databases }: RefreshFacts,
  { dbNames }: RefreshRequest,
): Promise<ReadonlySet<string>> {
  const keys = namedDatabases(dbNames, databases).map(({ name }) => lockKey(hostId, name));
  return new Set((await store.readLocks(keys)).map((lock) => lock.key));
}
