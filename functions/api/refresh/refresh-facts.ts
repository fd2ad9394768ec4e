import { isDatabaseOf } from '../../../shared/domain/clone.ts';
import { type Database, liveDatabases } from '../../../shared/domain/database.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { lockKey } from '../../../shared/domain/lock.ts';
import { takenNameIssues } from '../../../shared/domain/name-validation.ts';
import {
  backupNames,
  maxBackupSeconds,
  namedDatabases,
  type RefreshFacts,
  type RefreshRequest,
} from '../../../shared/domain/refresh-validation.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';

type FactDeps = Pick<ApiDeps, 'store' | 'clock'>;

/** Looks for a second whose names are free, from now on; the last one when none is. */
async function backupFacts(
  store: FactDeps['store'],
  hostId: string,
  request: RefreshRequest,
  { nowSeconds: now, databases }: { readonly nowSeconds: number; readonly databases: readonly Database[] },
): Promise<Pick<RefreshFacts, 'backupAtSeconds' | 'heldKeys'>> {
  for (let backupAtSeconds = now; ; backupAtSeconds += 1) {
    const names = backupNames(request, { databases, backupAtSeconds });
    const locks = await store.readLocks(names.map((name) => lockKey(hostId, name)));
    const heldKeys = new Set(locks.map((lock) => lock.key));
    const isFree = takenNameIssues(hostId, names, databases, heldKeys).length === 0;
    if (isFree || backupAtSeconds === now + maxBackupSeconds - 1) return { backupAtSeconds, heldKeys };
  }
}

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
  const [clones, backups] = await Promise.all([
    store.getClones(
      hostId,
      named.map(({ dbId }) => dbId),
    ),
    backupFacts(store, hostId, request, facts),
  ]);
  return {
    ...facts,
    ...backups,
    host,
    clones: new Map(
      clones
        .filter((clone) => named.some((one) => one.dbId === clone.dbId && isDatabaseOf(clone, one)))
        .map((clone) => [clone.dbId, clone]),
    ),
    snapshot: snapshot?.state === 'available' ? snapshot : undefined,
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
