import { type CloneFacts, type CloneRequest, hostIdsOf } from '../../../shared/domain/clone-validation.ts';
import { lockKey } from '../../../shared/domain/lock.ts';
import { sourceKeys } from '../../../shared/domain/source-validation.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';

/** Gathers what the rules look at: the hosts named, their live databases, and the locks on the names wanted. */
export async function cloneFacts(deps: Pick<ApiDeps, 'store' | 'clock'>, request: CloneRequest): Promise<CloneFacts> {
  const hostIds = [...new Set([request.sourceHostId, ...hostIdsOf(request)])];
  const [hosts, databases] = await Promise.all([
    deps.store.getHosts(hostIds),
    Promise.all(hostIds.map(async (hostId) => [hostId, await deps.store.listDatabases(hostId)] as const)),
  ]);
  const hostById = new Map(hosts.map((host) => [host.hostId, host]));
  const live = new Map(
    databases.map(([hostId, rows]) => {
      const generation = hostById.get(hostId)?.generation;
      return [hostId, rows.filter((row) => row.generation === generation)] as const;
    }),
  );
  const sourceIds = request.destinations.map((one) => one.dbId);
  const heldKeys = sourceKeys(request.sourceHostId, sourceIds, live.get(request.sourceHostId) ?? []);
  const wantedKeys = request.destinations.map((one) => lockKey(one.hostId, one.dbName));
  const locks = await deps.store.readLocks([...new Set([...heldKeys, ...wantedKeys])]);
  return {
    nowSeconds: nowSeconds(deps.clock),
    hosts: hostById,
    databases: live,
    locks: new Map(locks.map((lock) => [lock.key, lock])),
  };
}
