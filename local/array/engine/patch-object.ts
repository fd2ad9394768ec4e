import { alreadyBeingMade, checkObject, checkUnique, uniqueKeys } from './check-object.ts';
import type { ResourceDefinition } from '../resources/definition.ts';
import { refPath, type ArrayRecord } from '../resources/value.ts';
import { footprintChange } from '../bytes/footprint.ts';
import { objectIn } from './definition-in.ts';
import { readPatchBody } from './read-body.ts';
import { refuseWhilePinned } from './remove-object.ts';
import type { ArrayRuntime } from './runtime.ts';

/** Changes an object. Throws ApiError; then nothing has changed. */
export async function patchObject(
  runtime: ArrayRuntime,
  definition: ResourceDefinition,
  id: number,
  body: unknown,
): Promise<ArrayRecord> {
  const { store, disk, reservations } = runtime;
  const before = objectIn(runtime, definition, id);
  const after = readPatchBody(definition, before, body, store);
  checkObject(definition, after, store, before);
  checkUnique(definition, after, store);
  refuseWhilePinned(runtime, definition, before);
  const release = reservations.take(uniqueKeys(definition, after), [refPath(definition.collection, id)]);
  if (release === undefined) throw alreadyBeingMade(definition);
  try {
    const { appears, disappears } = footprintChange(
      definition.footprint?.(before, store) ?? [],
      definition.footprint?.(after, store) ?? [],
    );
    await disk.make(appears);
    store.transaction(() => {
      store.replace(definition.collection, before, after);
    });
    await disk.remove(disappears);
    return after;
  } finally {
    release();
  }
}
