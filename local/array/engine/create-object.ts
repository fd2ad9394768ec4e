import { busy } from '../api-error.ts';
import type { NewObject, ResourceDefinition } from '../resources/definition.ts';
import { isRef, refPath, type ArrayRecord } from '../resources/value.ts';
import {
  alreadyBeingMade,
  changeOf,
  checkBody,
  checkObject,
  checkUnique,
  exclusiveKeys,
  uniqueKey,
} from './check-object.ts';
import { definitionIn } from './definition-in.ts';
import type { EngineCall } from './engine-call.ts';
import { inItem } from './in-item.ts';
import { readCreateBody, settled } from './read-body.ts';
import { recordEvent } from './record-event.ts';
import type { ArrayRuntime } from './runtime.ts';

interface Plan {
  /** For each body the object that it asks for and those that come with it, the main one first. */
  readonly items: readonly (readonly NewObject[])[];
  readonly release: () => void;
}

/** Checks one body and draws ids. */
function assembled(runtime: ArrayRuntime, definition: ResourceDefinition, body: unknown): readonly NewObject[] {
  const { store, reservations } = runtime;
  const isInTheMaking = (...key: Parameters<typeof uniqueKey>): boolean => reservations.isClaimed(uniqueKey(...key));
  const sent = readCreateBody(definition, body, store);
  checkBody(definition, sent);
  const draft = settled(definition, sent, store);
  checkObject(definition, draft, store);
  const objects = definition.assemble?.(draft, { ...store, isInTheMaking }) ?? [
    {
      collection: definition.collection,
      record: { ...withCreationTime(definition, draft, store.now()), id: store.nextId(definition.collection) },
    },
  ];
  for (const { collection, record } of objects) checkUnique(definitionIn(runtime, collection), record, store);
  return objects;
}

/** Checks the request, draws ids and reserves names, all in one go, so that no other request comes between. */
function plan(runtime: ArrayRuntime, definition: ResourceDefinition, bodies: readonly unknown[]): Plan {
  const { store, reservations } = runtime;
  return store.transaction(() => {
    const items: (readonly NewObject[])[] = [];
    for (const [index, body] of bodies.entries()) {
      const objects = inItem(index, bodies.length, () => assembled(runtime, definition, body));
      items.push(objects);
      // Until the last one is checked: each is checked beside those before it, as if they had been made already.
      if (index < bodies.length - 1) for (const { collection, record } of objects) store.insert(collection, record);
    }
    for (const { collection, record } of items.slice(0, -1).flat().toReversed()) store.remove(collection, record);
    const objects = items.flat();
    const keys = objects.flatMap(({ collection, record }) => exclusiveKeys(definitionIn(runtime, collection), record));
    const needed = pinnedPaths(definition, objects, runtime);
    const changing = needed.find((path) => reservations.isClaimed(changeOf(path)));
    if (changing !== undefined) throw busy(`${changing} is being changed by another request`);
    const release = reservations.take([...new Set(keys)], needed);
    if (release === undefined) throw alreadyBeingMade(definition);
    return { items, release };
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
 * Makes an object for each body, with everything that comes with it: all of them or none, whenever the process dies. The
 * bytes come first and the records last, in one transaction: a directory without a record is half-made by definition, and
 * is removed at the next start. All that is copied from volumes in use is of one instant.
 * Throws ApiError; then nothing is left.
 */
export async function createObjects(
  runtime: ArrayRuntime,
  definition: ResourceDefinition,
  bodies: readonly unknown[],
  call: EngineCall,
): Promise<readonly ArrayRecord[]> {
  const { items, release } = plan(runtime, definition, bodies);
  try {
    const footprints = items
      .flat()
      .flatMap(({ collection, record }) => definitionIn(runtime, collection).footprint?.(record, runtime.store) ?? []);
    const heldAtSeconds = await runtime.disk.make(footprints, call.midway);
    const finished = items.map((objects) =>
      objects.map(({ collection, record }) => ({ collection, record: stamped(record, heldAtSeconds) })),
    );
    const made = finished.flatMap(([main]) => (main === undefined ? [] : [main.record]));
    runtime.store.transaction(() => {
      for (const { collection, record } of finished.flat()) runtime.store.insert(collection, record);
      for (const record of made) recordEvent(runtime.store, call, { definition, record, deed: 'CREATED' });
    });
    return made;
  } finally {
    release();
  }
}

/** Makes one object, as `createObjects` does. */
export async function createObject(
  runtime: ArrayRuntime,
  definition: ResourceDefinition,
  body: unknown,
  call: EngineCall,
): Promise<ArrayRecord> {
  const [record] = await createObjects(runtime, definition, [body], call);
  if (record === undefined) throw new Error(`${definition.collection} assembled nothing`);
  return record;
}
