import type { Lookup, ResourceDefinition } from '../resources/definition.ts';
import { ALL, answersFilter } from '../store/index-entries.ts';
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

interface Choice extends Candidates {
  /** How many there are at most. */
  readonly count: number;
}

function choiceFor(
  definition: ResourceDefinition,
  filter: Filter,
  lookup: Lookup,
  newestFirst: boolean,
): Choice | undefined {
  const { collection } = definition;
  const { equalTo } = filter;
  const name = nameOf(filter);
  if (equalTo === undefined) return undefined;
  if (name === 'id') return { ids: known(equalTo, definition, lookup), exactCount: undefined, count: equalTo.length };
  if (answersFilter(definition, name)) {
    const count = equalTo.reduce((sum, key) => sum + lookup.count(collection, name, key), 0);
    const ids = concat(equalTo, (key) => lookup.ids(collection, name, key, newestFirst));
    return { ids, exactCount: equalTo.length === 1 ? count : undefined, count };
  }
  const finder = definition.finders?.[name];
  return finder === undefined
    ? undefined
    : { ids: concat(equalTo, (key) => finder(key, lookup)), exactCount: undefined, count: equalTo.length };
}

/**
 * Narrows a list down by the filter that leaves the fewest, among those that an id, an index or a finder can answer;
 * the whole collection in rank order when there is none.
 */
export function candidatesFor(
  definition: ResourceDefinition,
  filters: readonly Filter[],
  lookup: Lookup,
  newestFirst: boolean,
): Candidates {
  const [best] = filters
    .flatMap((filter) => choiceFor(definition, filter, lookup, newestFirst) ?? [])
    .sort((left, right) => left.count - right.count);
  if (best !== undefined) return { ids: best.ids, exactCount: filters.length === 1 ? best.exactCount : undefined };
  return {
    ids: lookup.ids(definition.collection, ALL, '', newestFirst),
    exactCount: filters.length === 0 ? lookup.count(definition.collection, ALL, '') : undefined,
  };
}
