import { refused } from '../api-error.ts';
import type { ResourceDefinition } from '../resources/definition.ts';
import { readFilter, type Filter } from './operators.ts';

export interface ListQuery {
  /** Undefined stands for a filter that nothing can match. */
  readonly filters: readonly (Filter | undefined)[];
  /** Undefined asks for as many as the collection gives by itself. */
  readonly limit: number | undefined;
  readonly offset: number;
  readonly sort: string | undefined;
  readonly descending: boolean;
  readonly fields: readonly string[] | undefined;
  /** The whole query, for modifiers that only some collections know. */
  readonly modifiers: URLSearchParams;
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  if (!/^\d+$/.test(text)) throw refused(`${name} must be a whole number`);
  return Number(text);
}

/** Fields asked for with `__fields=a,b`; undefined asks for all. */
function readFields(query: URLSearchParams): readonly string[] | undefined {
  const text = query.get('__fields') ?? '';
  return text === '' ? undefined : text.split(',').map((name) => name.trim());
}

/** Reads filters, sort and page from a query. A key without a value is no filter; modifiers nobody knows are ignored. */
export function readListQuery(definition: ResourceDefinition, query: URLSearchParams): ListQuery {
  const filters = [...query]
    .filter(([key, text]) => !key.startsWith('__') && text !== '')
    .map(([key, text]) => readFilter(definition, key, text));
  const sort = query.get('__sort') ?? '';
  return {
    filters,
    limit: wholeNumber(query, '__limit'),
    offset: wholeNumber(query, '__offset') ?? 0,
    sort: sort === '' ? undefined : sort,
    descending: query.get('__sort_order')?.toLowerCase() === 'desc',
    fields: readFields(query),
    modifiers: query,
  };
}
