import { refused } from '../api-error.ts';
import type { ComputedRows, Lookup } from '../resources/definition.ts';
import { parseRefPath, type Draft, type Value } from '../resources/value.ts';
import { ALL } from '../store/index-entries.ts';
import { compareValues } from './compare-values.ts';
import type { ListQuery } from './list-query.ts';
import { filterMatches, type Filter } from './operators.ts';
import { readStatsWindow, type StatsWindow } from './stats-window.ts';

/** The envelope of a list of computed rows: it has no limit and no offset. */
export interface RowsAnswer {
  readonly hits: readonly Readonly<Record<string, Value>>[];
  readonly total: number;
}

/** What one call may make or look through, so that no call stops the array for long. */
const MOST_ROWS_ANSWERED = 10_000;
const MOST_ROWS_SEARCHED = 1_000_000;

/** Objects that the rows may be about: those a filter on their ref names, or all. */
function subjects(computed: ComputedRows, filters: readonly Filter[], lookup: Lookup): Iterable<number> {
  const named = filters.find((filter) => filter.isRef && filter.equalTo !== undefined)?.equalTo;
  if (named === undefined) return lookup.ids(computed.of, ALL, '');
  return new Set(
    named.flatMap((path) => {
      const target = parseRefPath(path);
      return target?.collection === computed.of ? [target.id] : [];
    }),
  );
}

/** Rows from `skip` on, without making those before it. */
function* rows(
  computed: ComputedRows,
  ids: Iterable<number>,
  window: StatsWindow,
  lookup: Lookup,
  skip = 0,
): Generator<Draft> {
  const perObject = computed.count(window);
  const rowAt = computed.rows(window, lookup);
  let position = 0;
  for (const id of ids) {
    const first = Math.max(0, skip - position);
    position += perObject;
    const record = first < perObject ? lookup.find(computed.of, id) : undefined;
    if (record === undefined) continue;
    for (let at = first; at < perObject; at += 1) yield rowAt(record, at);
  }
}

function* take(made: Iterable<Draft>, limit: number): Generator<Draft> {
  let taken = 0;
  if (limit === 0) return;
  for (const row of made) {
    yield row;
    taken += 1;
    if (taken >= limit) return;
  }
}

const pick = (row: Draft, names: readonly string[] | undefined): Draft =>
  names === undefined ? row : Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));

/** Answers GET on a collection of computed rows, or on those about one object. Throws a 400 when it is too much at once. */
export function listRows(computed: ComputedRows, query: ListQuery, lookup: Lookup, id?: number): RowsAnswer {
  const window = readStatsWindow(query.modifiers, lookup.now());
  const limit = Math.min(query.limit ?? MOST_ROWS_ANSWERED, MOST_ROWS_ANSWERED);
  const filters = query.filters.filter((filter): filter is Filter => filter !== undefined);
  if (filters.length < query.filters.length) return { hits: [], total: 0 };
  const ids = id === undefined ? subjects(computed, filters, lookup) : [id];
  const answer = (hits: Iterable<Draft>, total: number): RowsAnswer => ({
    hits: [...hits].map((row) => pick(row, query.fields)),
    total,
  });
  const objects = id === undefined ? lookup.count(computed.of, ALL, '') : 1;
  const total = objects * computed.count(window);
  if (filters.length === 0 && query.sort === undefined)
    return answer(take(rows(computed, ids, window, lookup, query.offset), limit), total);
  if (total > MOST_ROWS_SEARCHED && !(ids instanceof Set))
    throw refused(`this asks for ${total} rows: ask for fewer __datapoints, or for one object`);
  const matching = [...rows(computed, ids, window, lookup)].filter((row) =>
    filters.every((filter) => filterMatches(filter, row[filter.field])),
  );
  const { sort } = query;
  const direction = query.descending ? -1 : 1;
  if (sort !== undefined) matching.sort((left, right) => direction * compareValues(left[sort], right[sort]));
  return answer(matching.slice(query.offset, query.offset + limit), matching.length);
}
