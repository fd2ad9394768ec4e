import { refused } from '../api-error.ts';
import type { NewObject, ResourceDefinition } from '../resources/definition.ts';
import { isRef, numberIn, refPath, type ArrayRecord } from '../resources/value.ts';
import { checkBody, checkObject, checkUnique, exclusiveKeys, uniqueKey } from './check-object.ts';
import { checkLookup, claimingTransaction } from './claim.ts';
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
  const lookup = checkLookup(runtime);
  const isInTheMaking = (...key: Parameters<typeof uniqueKey>): boolean => reservations.isClaimed(uniqueKey(...key));
  const sent = readCreateBody(definition, body, store);
  checkBody(definition, sent);
  const draft = settled(definition, sent, store);
  checkObject(definition, draft, lookup);
  const objects = definition.assemble?.(draft, { ...lookup, nextId: (of) => store.nextId(of), isInTheMaking }) ?? [
    {
      collection: definition.collection,
      record: { ...withCreationTime(definition, draft, store.now()), id: store.nextId(definition.collection) },
    },
  ];
  for (const { collection, record } of objects) checkUnique(definitionIn(runtime, collection), record, store);
  return objects;
}

const pathsOf = (objects: readonly NewObject[]): ReadonlySet<string> =>
  new Set(objects.map(({ collection, record }) => refPath(collection, record.id)));

/** Objects of one bulk cannot point to each other: whoever guesses an id is told what he would be told a moment before. */
function refuseRefsTo(made: ReadonlySet<string>, objects: readonly NewObject[]): void {
  for (const [name, value] of objects.flatMap(({ record }) => Object.entries(record)))
    if (isRef(value) && made.has(value.ref))
      throw refused(`field ${name} points to ${value.ref}, which does not exist or is not possible here`);
}

/** Checks the request, draws ids and reserves names, all in one go, so that no other request comes between. */
function plan(runtime: ArrayRuntime, definition: ResourceDefinition, bodies: readonly unknown[]): Plan {
  const { store } = runtime;
  const { result: items, release } = claimingTransaction(runtime, definition, (take) => {
    const planned: (readonly NewObject[])[] = [];
    for (const [index, body] of bodies.entries()) {
      const objects = inItem(index, bodies.length, () => {
        const asked = assembled(runtime, definition, body);
        refuseRefsTo(pathsOf(planned.flat()), asked);
        return asked;
      });
      planned.push(objects);
      // Until the last one is checked: each is checked beside those before it, as if they had been made already.
      if (index < bodies.length - 1) for (const { collection, record } of objects) store.insert(collection, record);
    }
    for (const { collection, record } of planned.slice(0, -1).flat().toReversed()) store.remove(collection, record);
    const objects = planned.flat();
    take({
      keys: objects.flatMap(({ collection, record }) => exclusiveKeys(definitionIn(runtime, collection), record)),
      needed: pinnedPaths(definition, objects, runtime),
      demands: planned.map(([main]) => (main === undefined ? {} : (definition.demands?.(main.record) ?? {}))),
    });
    return planned;
  });
  return { items, release };
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
  const made = pathsOf(objects);
  const paths = objects.flatMap(({ record }) => [
    ...Object.values(record).flatMap((value) => (isRef(value) ? [value.ref] : [])),
    ...(definition.pins?.(record, runtime.store) ?? []),
  ]);
  return paths.filter((path) => !made.has(path));
}

/**
 * The instant that held bytes stand for is known only once they are held. A view that was made beside them holds data of
 * an earlier time, and keeps it.
 */
const stamped = (record: ArrayRecord, heldAtSeconds: number | undefined): ArrayRecord => {
  const plannedAt = numberIn(record, 'creation_time');
  if (heldAtSeconds === undefined || plannedAt === undefined) return record;
  const isOfNow = numberIn(record, 'data_creation_time') === plannedAt;
  return { ...record, creation_time: heldAtSeconds, ...(isOfNow ? { data_creation_time: heldAtSeconds } : {}) };
};

/** Writes what was planned, in one transaction. */
function record(
  runtime: ArrayRuntime,
  definition: ResourceDefinition,
  items: readonly (readonly NewObject[])[],
  call: EngineCall,
): void {
  const { store } = runtime;
  store.transaction(() => {
    for (const { collection, record: made } of items.flat()) {
      store.insert(collection, made);
      recordEvent(store, call, { definition: definitionIn(runtime, collection), record: made, deed: 'CREATED' });
    }
    for (const [main] of items)
      for (const { collection, id, fields } of main === undefined
        ? []
        : (definition.marks?.(main.record, store) ?? [])) {
        const before = store.find(collection, id);
        if (before !== undefined) store.replace(collection, before, { ...before, ...fields });
      }
  });
}

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
      objects.map((object) => ({ ...object, record: stamped(object.record, heldAtSeconds) })),
    );
    try {
      record(runtime, definition, finished, call);
    } catch (error) {
      // Bytes that no record tells of would stay until the next start.
      await runtime.disk.remove(footprints);
      throw error;
    }
    return finished.flatMap(([main]) => (main === undefined ? [] : [main.record]));
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
