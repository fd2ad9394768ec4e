import type { Caller, Lookup, ResourceDefinition } from '../resources/definition.ts';
import type { ArrayRecord, Value } from '../resources/value.ts';
import { toWire, wireField } from '../engine/wire.ts';
import { candidatesFor } from './candidates.ts';
import { compareValues } from './compare-values.ts';
import type { ListQuery } from './list-query.ts';
import { listRows, type RowsAnswer } from './list-rows.ts';
import { filterMatches, type Filter } from './operators.ts';

/** The envelope of every list. */
export interface ListAnswer {
  readonly hits: readonly Record<string, Value>[];
  readonly limit: number;
  readonly offset: number;
  /** All matches, not only those on the page. */
  readonly total: number;
}

const DEFAULT_LIMIT = 100;

/** Skips and takes without looking at more records than the page holds. */
function page(ids: Iterable<number>, offset: number, limit: number): number[] {
  const taken: number[] = [];
  let position = 0;
  if (limit === 0) return taken;
  for (const id of ids) {
    if (position >= offset) taken.push(id);
    position += 1;
    if (taken.length >= limit) break;
  }
  return taken;
}

/** Answers GET on a collection. A filter on a field that does not exist matches nothing. */
export function listObjects(
  definition: ResourceDefinition,
  query: ListQuery,
  lookup: Lookup,
  caller: Caller,
): ListAnswer | RowsAnswer {
  if (definition.computed !== undefined) return listRows(definition.computed, query, lookup);
  const { limit = DEFAULT_LIMIT, offset } = query;
  const filters = query.filters.filter((filter): filter is Filter => filter !== undefined);
  if (filters.length < query.filters.length) return { hits: [], limit, offset, total: 0 };
  const rank = definition.rankField ?? 'id';
  const inRankOrder = query.sort === undefined || query.sort === rank;
  const candidates = candidatesFor(definition, filters, lookup, inRankOrder && query.descending);
  const answer = (records: readonly ArrayRecord[], total: number): ListAnswer => ({
    hits: records.map((record) => toWire(definition, record, lookup, caller, query.fields)),
    limit,
    offset,
    total,
  });
  const read = (ids: Iterable<number>): ArrayRecord[] =>
    [...ids].flatMap((id) => lookup.find(definition.collection, id) ?? []);

  // The usual lists, by one index or none and in stored order, read no more than their page, whatever the collection's size.
  if (candidates.exactCount !== undefined && inRankOrder)
    return answer(read(page(candidates.ids, offset, limit)), candidates.exactCount);

  const matching = read(candidates.ids).filter((record) =>
    filters.every((filter) => filterMatches(filter, wireField(definition, record, filter.field, lookup, caller))),
  );
  const sort = query.sort ?? rank;
  const keyed = matching.map((record) => ({ record, key: wireField(definition, record, sort, lookup, caller) }));
  const direction = query.descending ? -1 : 1;
  keyed.sort((left, right) => direction * (compareValues(left.key, right.key) || left.record.id - right.record.id));
  return answer(
    keyed.slice(offset, offset + limit).map(({ record }) => record),
    matching.length,
  );
}
