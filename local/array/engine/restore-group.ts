import { ApiError, busy, refused } from '../api-error.ts';
import { isFull } from '../full.ts';
import type { Caller } from '../resources/definition.ts';
import { refPath, type ArrayRecord } from '../resources/value.ts';
import type { PendingRestore, Store } from '../store/store.ts';
import { definitionIn, objectIn } from './definition-in.ts';
import type { EngineCall } from './engine-call.ts';
import { recordEvent } from './record-event.ts';
import { refuseWhilePinned } from './remove-object.ts';
import type { RestorePlan } from './restore-plan.ts';
import type { ArrayRuntime } from './runtime.ts';

function refuseWhileUsed(users: readonly string[]): void {
  if (users.length > 0)
    throw refused(`volumes of the group are in use by ${users.join(', ')}, whose writes would be lost: stop it first`);
}

function recordRestore(runtime: ArrayRuntime, pending: PendingRestore, caller: Caller): void {
  const { store } = runtime;
  const { group, volumes } = pending;
  const change = (collection: string, id: number, changes: Partial<ArrayRecord>): void => {
    const before = objectIn(runtime, definitionIn(runtime, collection), id);
    store.replace(collection, before, { ...before, ...changes, id });
  };
  store.transaction(() => {
    change('volume_groups', group.id, group);
    const { last_restored_from = null, last_restored_time = null } = group;
    for (const id of volumes) change('volumes', id, { last_restored_from, last_restored_time });
    const definition = definitionIn(runtime, 'volume_groups');
    recordEvent(store, caller, { definition, record: group, deed: 'MODIFIED', sent: { last_restored_from } });
    store.forgetRestore(pending);
  });
}

/** The note stays when it cannot be taken away: whoever asked must not hear that nothing will be done. */
function forget(store: Store, pending: PendingRestore): void {
  try {
    store.transaction(() => {
      store.forgetRestore(pending);
    });
  } catch (cause) {
    if (!isFull(cause)) throw cause;
    throw new ApiError(503, 'the state could not be written: the restore is finished at the next start', { cause });
  }
}

/**
 * Finishes a restore that is noted: bytes first, then group, volumes and note in one transaction. May run again after a
 * death at any point. When it throws, a 400 if somebody opened the volumes meanwhile, everything is as it was.
 */
async function settleRestore(runtime: ArrayRuntime, pending: PendingRestore, call: EngineCall): Promise<void> {
  const { store, disk } = runtime;
  try {
    const users = await disk.swaps.exchange(pending.volumes);
    await call.midway?.();
    refuseWhileUsed(users);
    recordRestore(runtime, pending, call);
  } catch (error) {
    await disk.swaps.putBack(pending.volumes);
    forget(store, pending);
    throw error;
  }
}

/**
 * Gives every volume of a group the bytes that a snapshot holds: all of them or none, whenever the process dies. While a
 * process works under the volumes it is refused. Nobody is stopped for it but who works on the snapshot itself.
 * @param after the group with the other changes of the same request; it is answered with the time of the restore.
 */
export async function restoreGroup(
  runtime: ArrayRuntime,
  after: ArrayRecord,
  plan: RestorePlan,
  call: EngineCall,
): Promise<ArrayRecord> {
  const { store, disk, reservations } = runtime;
  const volumes = plan.replacements.map(({ volume }) => volume);
  const definition = definitionIn(runtime, 'volumes');
  // Its state could not be written: both copies are needed at the next start.
  const isPending = (): boolean => store.pendingRestores().some(({ group }) => group.id === after.id);
  for (const id of volumes) refuseWhilePinned(runtime, definition, objectIn(runtime, definition, id));
  if (isPending()) throw busy('an earlier restore of the volume group is finished at the next start');
  refuseWhileUsed(disk.swaps.usersOf(volumes));
  const release = reservations.take({ paths: [plan.snapshot, ...volumes.map((id) => refPath('volumes', id))] });
  try {
    await disk.swaps.prepare(plan.replacements, plan.isLive);
    return await disk.inTurn(async () => {
      refuseWhileUsed(disk.swaps.usersOf(volumes));
      const group = { ...after, last_restored_time: store.now() };
      const pending = { group, volumes };
      store.transaction(() => {
        store.noteRestore(pending);
      });
      await settleRestore(runtime, pending, call);
      return group;
    });
  } finally {
    try {
      if (!isPending()) await disk.swaps.discard(volumes);
    } finally {
      release?.();
    }
  }
}

/** Who finishes it is not who asked for it. */
const SYSTEM: EngineCall = { user: 'system', role: 'admin' };

/** Finishes what a death cut off, before the first request. @param report is told which restores had to be given up. */
export async function settleRestores(runtime: ArrayRuntime, report: (line: string) => void): Promise<void> {
  for (const pending of runtime.store.pendingRestores()) {
    await settleRestore(runtime, pending, SYSTEM).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      report(`the restore of volume group ${pending.group.id} was undone: ${error.message}`);
    });
  }
}
