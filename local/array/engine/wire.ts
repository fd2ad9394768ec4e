import type { Caller, FieldDefinition, Lookup, ResourceDefinition } from '../resources/definition.ts';
import type { ArrayRecord, Value } from '../resources/value.ts';

function valueOf(name: string, field: FieldDefinition, record: ArrayRecord, lookup: Lookup, caller: Caller): Value {
  return field.derive === undefined ? (record[name] ?? field.initial ?? null) : field.derive(record, lookup, caller);
}

/** One field as the wire has it; undefined when the resource has no such field. Derived fields are computed only when asked for. */
export function wireField(
  definition: ResourceDefinition,
  record: ArrayRecord,
  name: string,
  lookup: Lookup,
  caller: Caller,
): Value | undefined {
  if (name === 'id') return record.id;
  const field = Object.hasOwn(definition.fields, name) ? definition.fields[name] : undefined;
  return field === undefined || field.hidden === true || field.writeOnly === true
    ? undefined
    : valueOf(name, field, record, lookup, caller);
}

/** The object as the wire has it, or only the `names` of it. */
export function toWire(
  definition: ResourceDefinition,
  record: ArrayRecord,
  lookup: Lookup,
  caller: Caller,
  names?: readonly string[],
): Record<string, Value> {
  const wanted = names ?? ['id', ...Object.keys(definition.fields)];
  const wire: Record<string, Value> = {};
  for (const name of wanted) {
    const value = wireField(definition, record, name, lookup, caller);
    if (value !== undefined) wire[name] = value;
  }
  return wire;
}
