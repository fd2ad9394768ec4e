import { arrayUsers, type ArrayUses } from '../../../shared/domain/array.ts';
import { DomainError, isDomainError } from '../../../shared/domain/errors.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { Store } from '../../../shared/ports/store.ts';
import type { ArrayApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { notRegistered } from './deployment-array.ts';
import { SdpPath } from './sdp-schema.ts';

/** Tasks before what they make: one that ends between the two looks has made its snapshot by the second. */
async function usesOf(store: Store): Promise<ArrayUses> {
  const open = await store.listOpenTasks();
  const tasks = await Promise.all(open.map((requestId) => store.getTask(requestId)));
  const [hosts, databases, snapshots] = await Promise.all([
    store.listHosts(),
    store.listAllDatabases(),
    store.listSnapshots(),
  ]);
  return { hosts, databases, snapshots, tasks: tasks.flatMap((task) => task ?? []) };
}

async function assertUnused(store: Store, sdpId: string): Promise<void> {
  const users = arrayUsers(sdpId, await usesOf(store));
  if (users.length > 0) throw new DomainError('Refused', `array '${sdpId}' is in use: ${users.join('; ')}`);
}

/**
 * Forgets an array that nobody uses; nothing on the array is touched. From the mark on no task is recorded for it, so what
 * is not found then does not come about later. Who dies in between leaves the mark: a repeat takes its place, or the
 * sweeper takes it away. Ours, ADR 0011.
 */
export const deleteSdp = defineOperation({
  operation: 'delete-sdp',
  method: 'DELETE',
  path: '/api/echo/v1/sdps/{sdp_id}',
  capability: 'sdps',
  audience: 'admin',
  summary: 'Forget a storage array that nobody uses',
  request: { path: SdpPath },
  response: null,
  successStatus: 204,
  task: null,
  async run(deps: ArrayApiDeps, call) {
    const { sdp_id: sdpId } = call.path;
    if ((await deps.store.getArray(sdpId)) === undefined) throw await notRegistered(deps, sdpId);
    // Marked only when it may well go: the mark keeps operators from their work on it.
    await assertUnused(deps.store, sdpId);
    const removalId = deps.ids.requestId();
    const marked = await deps.store.beginRemoval(sdpId, removalId, nowSeconds(deps.clock));
    if (marked === undefined) throw await notRegistered(deps, sdpId);
    try {
      await assertUnused(deps.store, sdpId);
    } catch (error) {
      if (isDomainError(error, 'Refused')) await deps.store.endRemoval(sdpId, removalId);
      throw error;
    }
    const audit = auditEntry(deps.clock, call, 'delete-sdp', sdpId);
    if (await deps.store.forgetArray(sdpId, removalId, audit)) return {};
    throw new DomainError('Conflict', `array '${sdpId}' is being removed by another call`);
  },
});
