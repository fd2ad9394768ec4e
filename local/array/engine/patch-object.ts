import { refused } from '../api-error.ts';
import { checkObject, checkUnique, exclusiveKeys } from './check-object.ts';
import { changeOf, checkLookup, claim } from './claim.ts';
import type { ResourceDefinition } from '../resources/definition.ts';
import { isRef, refPath, sameValue, type ArrayRecord } from '../resources/value.ts';
import { footprintChange, type Footprint } from '../bytes/footprint.ts';
import { objectIn } from './definition-in.ts';
import type { EngineCall } from './engine-call.ts';
import { inItem } from './in-item.ts';
import { readPatchBody, settled } from './read-body.ts';
import { recordEvent } from './record-event.ts';
import { refuseWhilePinned } from './remove-object.ts';
import { restoreGroup } from './restore-group.ts';
import { planRestore, restoreFieldOf, snapshotToRestore } from './restore-plan.ts';
import type { ArrayRuntime } from './runtime.ts';

/** A PATCH of one object. */
export interface PatchItem {
  readonly id: number;
  readonly body: unknown;
}

interface Change {
  readonly before: ArrayRecord;
  readonly after: ArrayRecord;
  /** The object with the orders that came with the change. */
  readonly sent: ArrayRecord;
  readonly disk: { readonly before: readonly Footprint[]; readonly after: readonly Footprint[] };
}

/** Checks one body against what is stored. */
function planned(runtime: ArrayRuntime, definition: ResourceDefinition, { id, body }: PatchItem): Change {
  const { store } = runtime;
  const before = objectIn(runtime, definition, id);
  const sent = readPatchBody(definition, before, body, store);
  const after = settled(definition, sent, store, before);
  checkObject(definition, after, checkLookup(runtime), before);
  checkUnique(definition, after, store);
  refuseWhilePinned(runtime, definition, before);
  const disk = {
    before: definition.footprint?.(before, store) ?? [],
    after: definition.footprint?.(after, store) ?? [],
  };
  return { before, after, sent, disk };
}

/** Keeps other requests from what is being changed and from what it points to. */
function reserve(runtime: ArrayRuntime, definition: ResourceDefinition, changes: readonly Change[]): () => void {
  const paths = changes.map(({ after }) => refPath(definition.collection, after.id));
  const keys = changes.flatMap(({ before, after }) => [
    ...exclusiveKeys(definition, before),
    ...exclusiveKeys(definition, after),
  ]);
  const pointedTo = changes.flatMap(({ after }) =>
    Object.values(after).flatMap((value) => (isRef(value) ? [value.ref] : [])),
  );
  return claim(runtime, definition, {
    keys: [...paths.map(changeOf), ...keys],
    paths,
    needed: pointedTo,
    demands: changes.map(({ before, after }) => definition.demands?.(after, before) ?? {}),
  });
}

async function carryOut(
  { store, disk }: ArrayRuntime,
  definition: ResourceDefinition,
  changes: readonly Change[],
  call: EngineCall,
): Promise<void> {
  const { appears, disappears } = footprintChange(
    changes.flatMap((change) => change.disk.before),
    changes.flatMap((change) => change.disk.after),
  );
  await disk.make(appears);
  try {
    store.transaction(() => {
      for (const { before, after, sent } of changes) {
        store.replace(definition.collection, before, after);
        recordEvent(store, call, { definition, record: after, deed: 'MODIFIED', sent });
      }
    });
  } catch (error) {
    await disk.remove(appears);
    throw error;
  }
  await disk.remove(disappears);
}

/** Changes an object. Throws ApiError; then nothing has changed. */
export async function patchObject(
  runtime: ArrayRuntime,
  definition: ResourceDefinition,
  id: number,
  body: unknown,
  call: EngineCall,
): Promise<ArrayRecord> {
  const change = planned(runtime, definition, { id, body });
  const snapshot = snapshotToRestore(definition, change.after, body);
  const restore =
    snapshot === undefined ? undefined : planRestore(refPath(definition.collection, id), snapshot, runtime.store);
  const release = reserve(runtime, definition, [change]);
  try {
    if (restore !== undefined) return await restoreGroup(runtime, change.after, restore, call);
    await carryOut(runtime, definition, [change], call);
    return change.after;
  } finally {
    release();
  }
}

/** Whole objects come back in a bulk: what such an object was restored from is no order to do it again. */
function withoutOldRestore(runtime: ArrayRuntime, definition: ResourceDefinition, { id, body }: PatchItem): PatchItem {
  const before = objectIn(runtime, definition, id);
  const after = readPatchBody(definition, before, body, runtime.store);
  const field = restoreFieldOf(definition);
  if (field === undefined || snapshotToRestore(definition, after, body) === undefined) return { id, body };
  if (!sameValue(before[field], after[field])) throw refused(`field ${field}: a restore is a call of its own`);
  return { id, body: typeof body === 'object' ? { ...body, [field]: null } : body };
}

/**
 * Changes several objects of a collection, each of them once: all of it or nothing, whenever the process dies. Restores are
 * refused. Throws ApiError; then nothing has changed.
 */
export async function patchObjects(
  runtime: ArrayRuntime,
  definition: ResourceDefinition,
  items: readonly PatchItem[],
  call: EngineCall,
): Promise<readonly ArrayRecord[]> {
  const { store } = runtime;
  const { collection } = definition;
  const twice = items.find(({ id }, index) => items.findIndex((other) => other.id === id) < index);
  if (twice !== undefined) throw refused(`${definition.noun} ${twice.id} is in the bulk more than once`);
  const changes = store.transaction(() => {
    const made: Change[] = [];
    for (const [index, item] of items.entries()) {
      const change = inItem(index, items.length, () =>
        planned(runtime, definition, withoutOldRestore(runtime, definition, item)),
      );
      made.push(change);
      // Until the last one is checked: each is checked against what those before it leave.
      store.replace(collection, change.before, change.after);
    }
    for (const { before, after } of made.toReversed()) store.replace(collection, after, before);
    return made;
  });
  const release = reserve(runtime, definition, changes);
  try {
    await carryOut(runtime, definition, changes, call);
    return changes.map(({ after }) => after);
  } finally {
    release();
  }
}
