import { refused } from '../api-error.ts';
import type { FieldDefinition, Lookup, ResourceDefinition } from '../resources/definition.ts';
import { isRef, sameValue, type ArrayRecord, type Draft, type Value } from '../resources/value.ts';
import { readField } from './read-field.ts';

function asObject(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refused('the body must be a JSON object');
  return Object.fromEntries(Object.entries(body));
}

const kept = (field: FieldDefinition, value: Value): Value => (field.store === undefined ? value : field.store(value));

/** Null in a create body says the same as leaving the field out: shipped clients send it for flags they do not set. */
const isLeftOut = (sent: unknown): boolean => sent === undefined || sent === null;

/** The stored fields of an object as POST asks for it, with what it leaves out filled in. Unknown keys are ignored. */
export function readCreateBody(definition: ResourceDefinition, body: unknown, lookup: Lookup): Draft {
  const sent = asObject(body);
  const draft: Record<string, Value> = {};
  for (const [name, field] of Object.entries(definition.fields)) {
    if (field.derive !== undefined) continue;
    if (field.onCreate === undefined || isLeftOut(sent[name])) {
      if (field.onCreate === 'required') throw refused(`field ${name} is missing`);
      if (field.writeOnly !== true) draft[name] = field.initial ?? null;
    } else {
      draft[name] = kept(field, readField(name, field, sent[name], lookup));
    }
  }
  return draft;
}

/** What is stored of a body that was read: write-only fields have had their effect on the others. */
export function settled<Fields extends Draft>(
  definition: ResourceDefinition,
  sent: Fields,
  lookup: Lookup,
  before?: ArrayRecord,
): Fields {
  const kept = { ...sent, ...definition.settle?.(sent, lookup, before) };
  for (const name of Object.keys(kept)) {
    if (definition.fields[name]?.writeOnly === true) Reflect.deleteProperty(kept, name);
  }
  return kept;
}

/** A value that is what it was is no change, and never refused. */
const isAsStored = (sent: unknown, stored: Value = null): boolean =>
  isRef(stored)
    ? typeof sent === 'object' && sent !== null && 'ref' in sent && sent.ref === stored.ref
    : sent === stored;

/** The object after a PATCH, write-only fields included. Fields that only the array sets are ignored, because clients send whole objects back. */
export function readPatchBody(
  definition: ResourceDefinition,
  before: ArrayRecord,
  body: unknown,
  lookup: Lookup,
): ArrayRecord {
  const changes: Record<string, Value> = {};
  for (const [name, sent] of Object.entries(asObject(body))) {
    const field = definition.fields[name];
    if (field === undefined || (field.onCreate === undefined && field.onPatch !== true)) continue;
    if (field.isRestore === true && isLeftOut(sent)) continue;
    if (field.writeOnly !== true && isAsStored(sent, before[name])) continue;
    const value = kept(field, readField(name, field, sent, lookup));
    if (field.onPatch !== true && !sameValue(value, before[name])) throw refused(`field ${name} cannot be changed`);
    changes[name] = value;
  }
  return { ...before, ...changes };
}
