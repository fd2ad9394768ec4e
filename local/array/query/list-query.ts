import { refused } from '../api-error.ts';
import { readFilter, type Filter } from './operators.ts';

export interface ListQuery {
  /** Undefined stands for a filter that nothing can match. */
  readonly filters: readonly (Filter | undefined)[];
  readonly limit: number;
  readonly offset: number;
  readonly sort: string | undefined;
  readonly descending: boolean;
  readonly fields: readonly string[] | undefined;
}

const DEFAULT_LIMIT = 100;

function wholeNumber(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name) ?? '';
  if (text === '') return fallback;
  if (!/^\d+$/.test(text)) throw refused(`${name} must be a whole number`);
  return Number(text);
}

/** Fields asked for with `__fields=a,b`; undefined asks for all. */
export function readFields(query: URLSearchParams): readonly string[] | undefined {
  const text = query.get('__fields') ?? '';
  return text === '' ? undefined : text.split(',').map((name) => name.trim());
}

/** Reads filters, sort and page from a query. A key without a value is no filter; modifiers nobody knows are ignored. */
export function readListQuery(query: URLSearchParams): ListQuery {
  const filters = [...query]
    .filter(([key, text]) => !key.startsWith('__') && text !== '')
    .map(([key, text]) => readFilter(key, text));
  const sort = query.get('__sort') ?? '';
  return {
    filters,
    limit: wholeNumber(query, '__limit', DEFAULT_LIMIT),
    offset: wholeNumber(query, '__offset', 0),
    sort: sort === '' ? undefined : sort,
    descending: query.get('__sort_order')?.toLowerCase() === 'desc',
    fields: readFields(query),
  };
}
