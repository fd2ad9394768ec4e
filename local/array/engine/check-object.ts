import { refused } from '../api-error.ts';
import type { CheckLookup, Lookup, ResourceDefinition } from '../resources/definition.ts';
import type { ArrayRecord, Draft } from '../resources/value.ts';
import { indexEntries } from '../store/index-entries.ts';

/** Throws the first reason why a POST body asks for something that does not fit together. */
export function checkBody(definition: ResourceDefinition, sent: Draft): void {
  for (const check of definition.bodyChecks ?? []) {
    const reason = check(sent);
    if (reason !== undefined) throw refused(reason);
  }
}

/** Throws the first reason why the object cannot be stored. */
export function checkObject(
  definition: ResourceDefinition,
  after: Draft,
  lookup: CheckLookup,
  before?: ArrayRecord,
): void {
  for (const check of definition.checks ?? []) {
    const reason = check(after, lookup, before);
    if (reason !== undefined) throw refused(reason);
  }
}

/** A key of a unique index as text that is unique over all collections. */
export const uniqueKey = (collection: string, index: string, key: string): string => `${collection} ${index} ${key}`;

/**
 * What only one request at a time may work on: keys that only one object of the collection may have, and what the
 * definition claims.
 */
export function exclusiveKeys(definition: ResourceDefinition, record: ArrayRecord): readonly string[] {
  const rules = definition.uniqueIndexes ?? [];
  const unique = indexEntries(definition, record)
    .filter((entry) => rules.some((rule) => rule.index === entry.index))
    .map((entry) => uniqueKey(definition.collection, entry.index, entry.key));
  return [...unique, ...(definition.claims?.(record) ?? [])];
}

/** Throws when another stored object than `record` itself has one of its unique keys. */
export function checkUnique(definition: ResourceDefinition, record: ArrayRecord, lookup: Lookup): void {
  for (const entry of indexEntries(definition, record)) {
    const rule = definition.uniqueIndexes?.find((candidate) => candidate.index === entry.index);
    if (rule === undefined) continue;
    for (const id of lookup.ids(definition.collection, entry.index, entry.key)) {
      if (id !== record.id) throw refused(rule.message(record));
    }
  }
}
