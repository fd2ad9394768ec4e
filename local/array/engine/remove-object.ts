import { ApiError, busy, refused } from '../api-error.ts';
import type { NewObject, ResourceDefinition } from '../resources/definition.ts';
import { refPath, type ArrayRecord } from '../resources/value.ts';
import { exclusiveKeys } from './check-object.ts';
import { claimingTransaction } from './claim.ts';
import { definitionIn, objectIn } from './definition-in.ts';
import { describeObject } from './describe-object.ts';
import type { EngineCall } from './engine-call.ts';
import { inItem } from './in-item.ts';
import { recordEvent } from './record-event.ts';
import type { ArrayRuntime } from './runtime.ts';

/** An object that another one is just being made from stays as it is until that is done. */
export function refuseWhilePinned(runtime: ArrayRuntime, definition: ResourceDefinition, record: ArrayRecord): void {
  if (runtime.reservations.isPinned(refPath(definition.collection, record.id))) {
    throw busy(`${describeObject(definition, record)} is in use by another request`);
  }
}

function refuseWhileNeeded(runtime: ArrayRuntime, definition: ResourceDefinition, record: ArrayRecord): void {
  for (const check of definition.removalChecks ?? []) {
    const reason = check(record, runtime.store);
    if (reason !== undefined) throw refused(`${describeObject(definition, record)} ${reason}`);
  }
  for (const blocker of definition.blockers ?? []) {
    if (runtime.store.count(blocker.collection, blocker.index, refPath(definition.collection, record.id)) > 0) {
      throw refused(`${describeObject(definition, record)} ${blocker.because}`);
    }
  }
  refuseWhilePinned(runtime, definition, record);
}

/** The object and what goes with it, those that belong to others first. */
function withOwned(runtime: ArrayRuntime, definition: ResourceDefinition, record: ArrayRecord): readonly NewObject[] {
  const owned = (definition.owns ?? []).flatMap(({ collection, index }) =>
    [...runtime.store.ids(collection, index, refPath(definition.collection, record.id))].flatMap((id) => {
      const child = runtime.store.find(collection, id);
      return child === undefined ? [] : withOwned(runtime, definitionIn(runtime, collection), child);
    }),
  );
  return [...owned, { collection: definition.collection, record }];
}

/** Must run in the transaction that removes the object. */
function releaseRefs({ store }: ArrayRuntime, definition: ResourceDefinition, record: ArrayRecord): void {
  for (const { collection, field } of definition.releases ?? []) {
    for (const id of [...store.ids(collection, `${field}.ref`, refPath(definition.collection, record.id))]) {
      const holder = store.find(collection, id);
      if (holder !== undefined) store.replace(collection, holder, { ...holder, [field]: null });
    }
  }
}

/**
 * Removes objects of a collection, in this order, with everything that belongs to them, records first and in one
 * transaction: bytes without a record are removed at the next start should the process die in between. The bytes are gone
 * when it returns. Throws ApiError; then nothing is gone.
 */
export async function removeObjects(
  runtime: ArrayRuntime,
  definition: ResourceDefinition,
  ids: readonly number[],
  call: EngineCall,
): Promise<void> {
  const { store, disk } = runtime;
  const { result: footprints, release } = claimingTransaction(runtime, definition, (take) => {
    const removed = ids.flatMap((id, index) =>
      inItem(index, ids.length, () => {
        const record = objectIn(runtime, definition, id);
        refuseWhileNeeded(runtime, definition, record);
        const parts = withOwned(runtime, definition, record).map((object) => {
          const own = definitionIn(runtime, object.collection);
          return {
            ...object,
            keys: exclusiveKeys(own, object.record),
            disk: own.footprint?.(object.record, store) ?? [],
          };
        });
        for (const part of parts) {
          store.remove(part.collection, part.record);
          const own = definitionIn(runtime, part.collection);
          recordEvent(store, call, { definition: own, record: part.record, deed: 'DELETED' });
        }
        releaseRefs(runtime, definition, record);
        return parts;
      }),
    );
    // The names stay taken until the disk is clean: a host of the same name has the same device root.
    take({ keys: removed.flatMap((part) => part.keys), needed: [] });
    return removed.flatMap((part) => part.disk);
  });
  try {
    await disk.remove(footprints);
  } finally {
    release();
  }
}

/** Removes one object, as `removeObjects` does. */
export const removeObject = async (
  runtime: ArrayRuntime,
  definition: ResourceDefinition,
  id: number,
  call: EngineCall,
): Promise<void> => removeObjects(runtime, definition, [id], call);

/** Throws a 405 when the resource does not know the verb. */
export function requireVerb(definition: ResourceDefinition, verb: 'POST' | 'PATCH' | 'DELETE'): void {
  if (!definition.verbs.includes(verb)) throw new ApiError(405, `${verb} is not supported by ${definition.collection}`);
}
