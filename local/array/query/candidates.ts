import type { Lookup, ResourceDefinition } from '../resources/definition.ts';
import { ALL, hasIndex } from '../store/index-entries.ts';
import type { Filter } from './operators.ts';

/** Ids to look at for a list, and how many they are when that is known without looking. */
export interface Candidates {
  readonly ids: Iterable<number>;
  /** Set when every candidate matches all filters. */
  readonly exactCount: number | undefined;
}

function* concat(keys: readonly string[], ids: (key: string) => Iterable<number>): Generator<number> {
  for (const key of new Set(keys)) yield* ids(key);
}

const nameOf = (filter: Filter): string => (filter.isRef ? `${filter.field}.ref` : filter.field);

function* known(texts: readonly string[], definition: ResourceDefinition, lookup: Lookup): Generator<number> {
  for (const id of new Set(texts.map(Number))) {
    if (Number.isSafeInteger(id) && lookup.find(definition.collection, id) !== undefined) yield id;
  }
}

/**
 * Narrows a list down by the first filter that an id, an index or a finder can answer; otherwise the whole collection in rank order.
 */
export function candidatesFor(
  definition: ResourceDefinition,
  filters: readonly Filter[],
  lookup: Lookup,
  newestFirst: boolean,
): Candidates {
  const { collection } = definition;
  for (const filter of filters) {
    const { equalTo } = filter;
    if (equalTo === undefined) continue;
    const name = nameOf(filter);
    if (name === 'id') return { ids: known(equalTo, definition, lookup), exactCount: undefined };
    if (hasIndex(definition, name)) {
      const ids = concat(equalTo, (key) => lookup.ids(collection, name, key, newestFirst));
      const [only] = equalTo;
      const isExact = filters.length === 1 && equalTo.length === 1 && only !== undefined;
      return { ids, exactCount: isExact ? lookup.count(collection, name, only) : undefined };
    }
    const finder = definition.finders?.[name];
    if (finder !== undefined) return { ids: concat(equalTo, (key) => finder(key, lookup)), exactCount: undefined };
  }
  return {
    ids: lookup.ids(collection, ALL, '', newestFirst),
    exactCount: filters.length === 0 ? lookup.count(collection, ALL, '') : undefined,
  };
}
