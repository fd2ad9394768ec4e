import type { Midway } from '../bytes/disk.ts';
import type { NewObject, ResourceDefinition } from '../resources/definition.ts';
import { isRef, refPath, type ArrayRecord } from '../resources/value.ts';
import { alreadyBeingMade, checkObject, checkUnique, uniqueKeys } from './check-object.ts';
import { readCreateBody } from './read-body.ts';
import { definitionIn } from './definition-in.ts';
import type { ArrayRuntime } from './runtime.ts';

interface Plan {
  readonly objects: readonly NewObject[];
  readonly release: () => void;
}

/** Checks the request, draws ids and reserves names, all in one go, so that no other request comes between. */
function plan(runtime: ArrayRuntime, definition: ResourceDefinition, body: unknown): Plan {
  const { store, reservations } = runtime;
  return store.transaction(() => {
    const draft = readCreateBody(definition, body, store);
    checkObject(definition, draft, store);
    const objects = definition.assemble?.(draft, store) ?? [
      {
        collection: definition.collection,
        record: { ...withCreationTime(definition, draft, store.now()), id: store.nextId(definition.collection) },
      },
    ];
    const keys = objects.flatMap(({ collection, record }) => {
      const own = definitionIn(runtime, collection);
      checkUnique(own, record, store);
      return uniqueKeys(own, record);
    });
    const release = reservations.take(keys, pinnedPaths(definition, objects, runtime));
    if (release === undefined) throw alreadyBeingMade(definition);
    return { objects, release };
  });
}

const withCreationTime = (
  definition: ResourceDefinition,
  draft: Readonly<Record<string, ArrayRecord[string]>>,
  now: number,
) => (definition.fields['creation_time'] === undefined ? draft : { ...draft, creation_time: now });

function pinnedPaths(
  definition: ResourceDefinition,
  objects: readonly NewObject[],
  runtime: ArrayRuntime,
): readonly string[] {
  const made = new Set(objects.map(({ collection, record }) => refPath(collection, record.id)));
  const paths = objects.flatMap(({ record }) => [
    ...Object.values(record).flatMap((value) => (isRef(value) ? [value.ref] : [])),
    ...(definition.pins?.(record, runtime.store) ?? []),
  ]);
  return paths.filter((path) => !made.has(path));
}

/** The instant that held bytes stand for is known only once they are held. */
const stamped = (record: ArrayRecord, heldAtSeconds: number | undefined): ArrayRecord => {
  if (heldAtSeconds === undefined || record['creation_time'] === undefined) return record;
  const dataTime = record['data_creation_time'] === undefined ? {} : { data_creation_time: heldAtSeconds };
  return { ...record, creation_time: heldAtSeconds, ...dataTime };
};

/**
 * Makes an object and everything that comes with it. The bytes come first and the records last, in one transaction: a
 * directory without a record is half-made by definition, and is removed at the next start.
 * Throws ApiError; then nothing is left.
 */
export async function createObject(
  runtime: ArrayRuntime,
  definition: ResourceDefinition,
  body: unknown,
  midway?: Midway,
): Promise<ArrayRecord> {
  const { objects, release } = plan(runtime, definition, body);
  try {
    const footprints = objects.flatMap(
      ({ collection, record }) => definitionIn(runtime, collection).footprint?.(record, runtime.store) ?? [],
    );
    const heldAtSeconds = await runtime.disk.make(footprints, midway);
    const finished = objects.map(({ collection, record }) => ({ collection, record: stamped(record, heldAtSeconds) }));
    runtime.store.transaction(() => {
      for (const { collection, record } of finished) runtime.store.insert(collection, record);
    });
    const [main] = finished;
    if (main === undefined) throw new Error(`${definition.collection} assembled nothing`);
    return main.record;
  } finally {
    release();
  }
}
