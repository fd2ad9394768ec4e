import { ApiError, busy, refused } from '../api-error.ts';
import type { NewObject, ResourceDefinition } from '../resources/definition.ts';
import { refPath, textIn, type ArrayRecord } from '../resources/value.ts';
import { alreadyBeingMade, uniqueKeys } from './check-object.ts';
import { definitionIn, objectIn } from './definition-in.ts';
import type { ArrayRuntime } from './runtime.ts';

function describe(definition: ResourceDefinition, record: ArrayRecord): string {
  const name = textIn(record, 'name') || textIn(record, 'short_name') || textIn(record, 'iqn') || String(record.id);
  return `${definition.noun} ${name}`;
}

/** An object that another one is just being made from stays as it is until that is done. */
export function refuseWhilePinned(runtime: ArrayRuntime, definition: ResourceDefinition, record: ArrayRecord): void {
  if (runtime.reservations.isPinned(refPath(definition.collection, record.id))) {
    throw busy(`${describe(definition, record)} is in use by another request`);
  }
}

function refuseWhileNeeded(runtime: ArrayRuntime, definition: ResourceDefinition, record: ArrayRecord): void {
  for (const check of definition.removalChecks ?? []) {
    const reason = check(record, runtime.store);
    if (reason !== undefined) throw refused(`${describe(definition, record)} ${reason}`);
  }
  for (const blocker of definition.blockers ?? []) {
    if (runtime.store.count(blocker.collection, blocker.index, refPath(definition.collection, record.id)) > 0) {
      throw refused(`${describe(definition, record)} ${blocker.because}`);
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

/**
 * Removes an object with everything that belongs to it, records first: bytes without a record are removed at the next
 * start should the process die in between. The bytes are gone when it returns. Throws ApiError; then nothing is gone.
 */
export async function removeObject(runtime: ArrayRuntime, definition: ResourceDefinition, id: number): Promise<void> {
  const record = objectIn(runtime, definition, id);
  refuseWhileNeeded(runtime, definition, record);
  const objects = withOwned(runtime, definition, record);
  const footprints = objects.flatMap(
    (object) => definitionIn(runtime, object.collection).footprint?.(object.record, runtime.store) ?? [],
  );
  // The names stay taken until the disk is clean: a host of the same name has the same device root.
  const keys = objects.flatMap((object) => uniqueKeys(definitionIn(runtime, object.collection), object.record));
  const release = runtime.reservations.take(keys, []);
  if (release === undefined) throw alreadyBeingMade(definition);
  try {
    runtime.store.transaction(() => {
      for (const object of objects) runtime.store.remove(object.collection, object.record);
    });
    await runtime.disk.remove(footprints);
  } finally {
    release();
  }
}

/** Throws a 405 when the resource does not know the verb. */
export function requireVerb(definition: ResourceDefinition, verb: 'POST' | 'PATCH' | 'DELETE'): void {
  if (!definition.verbs.includes(verb)) throw new ApiError(405, `${verb} is not supported by ${definition.collection}`);
}
