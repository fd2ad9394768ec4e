import type { ResourceDefinition } from '../resources/definition.ts';
import { isRef, numberIn, type ArrayRecord } from '../resources/value.ts';

/** The index that every object of a collection is in. */
export const ALL = '';

/** An index of a collection, the key under which an object is found there, and where it stands among its like. */
export interface IndexEntry {
  readonly index: string;
  readonly key: string;
}

/** Where one object is indexed: by everything, by each stored ref, by each unique field, and by what the definition adds. */
export function indexEntries(definition: ResourceDefinition, record: ArrayRecord): readonly IndexEntry[] {
  const entries: IndexEntry[] = [{ index: ALL, key: '' }];
  for (const [name, field] of Object.entries(definition.fields)) {
    const value = record[name];
    if (field.kind === 'ref' && isRef(value)) entries.push({ index: `${name}.ref`, key: value.ref });
    if (field.unique === true && typeof value === 'string') entries.push({ index: name, key: value });
  }
  for (const [index, keyOf] of Object.entries(definition.indexes ?? {})) {
    const key = keyOf(record);
    if (key !== undefined) entries.push({ index, key });
  }
  return entries;
}

/** Whether a filter on `name` (a field, or `field.ref`) can be answered by an index. Hidden fields cannot be filtered on. */
export function answersFilter(definition: ResourceDefinition, name: string): boolean {
  const isRefPath = name.endsWith('.ref');
  const field = definition.fields[isRefPath ? name.slice(0, -'.ref'.length) : name];
  if (field === undefined || field.hidden === true || field.derive !== undefined) return false;
  return isRefPath ? field.kind === 'ref' : field.unique === true || definition.indexes?.[name] !== undefined;
}

export const rankOf = (definition: ResourceDefinition, record: ArrayRecord): number =>
  definition.rankField === undefined ? record.id : (numberIn(record, definition.rankField) ?? record.id);
