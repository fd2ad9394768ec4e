import { busy, refused } from '../api-error.ts';
import type { Lookup, ResourceDefinition } from '../resources/definition.ts';
import type { ArrayRecord, Draft } from '../resources/value.ts';
import { indexEntries } from '../store/index-entries.ts';

/** Throws the first reason why the object cannot be stored. */
export function checkObject(definition: ResourceDefinition, after: Draft, lookup: Lookup, before?: ArrayRecord): void {
  for (const check of definition.checks ?? []) {
    const reason = check(after, lookup, before);
    if (reason !== undefined) throw refused(reason);
  }
}

/** Keys that only one object of the collection may have, as text that is unique over all collections. */
export function uniqueKeys(definition: ResourceDefinition, record: ArrayRecord): readonly string[] {
  const rules = definition.uniqueIndexes ?? [];
  return indexEntries(definition, record)
    .filter((entry) => rules.some((rule) => rule.index === entry.index))
    .map((entry) => `${definition.collection} ${entry.index} ${entry.key}`);
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

export const alreadyBeingMade = (definition: ResourceDefinition): Error =>
  busy(`MC_ERR_INPROGRESS: the same ${definition.noun} is being made or removed by another request`);
