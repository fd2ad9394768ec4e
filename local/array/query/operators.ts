import type { ResourceDefinition } from '../resources/definition.ts';
import { isRef, textIn, type Value } from '../resources/value.ts';
import { linearPattern } from './regexp.ts';

/** Whether a value of an object matches the text of a filter. */
export type Matcher = (value: Value) => boolean;

function equals(value: Value, text: string): boolean {
  if (typeof value === 'number') return text.trim() !== '' && value === Number(text);
  if (typeof value === 'boolean') return text.toLowerCase() === String(value);
  return value === null ? text === 'null' : value === text;
}

/** The notes put the values of a list in quotes, clients do not. */
const listed = (text: string): readonly string[] => text.split(',').map((item) => item.replace(/^"(.*)"$/, '$1'));

const oneOf = (text: string): Matcher => {
  const list = listed(text);
  return (value) => list.some((item) => equals(value, item));
};

const contains =
  (texts: readonly string[]): Matcher =>
  (value) =>
    typeof value === 'string' && texts.some((text) => value.includes(text));

const compares = (text: string, holds: (difference: number) => boolean): Matcher => {
  const bound = Number(text);
  return (value) => typeof value === 'number' && holds(value - bound);
};

function matchesPattern(text: string): Matcher {
  const pattern = linearPattern(text);
  return (value) => typeof value === 'string' && pattern.test(value);
}

/** The filter operators of the array, by the suffix that names them; equality is the bare field. */
const OPERATORS: Readonly<Record<string, (text: string) => Matcher>> = {
  '': (text) => (value) => equals(value, text),
  in: oneOf,
  m_eq: oneOf,
  neq: (text) => (value) => !equals(value, text),
  contains: (text) => contains([text]),
  // The notes are unclear here; a list of substrings includes both readings that clients use.
  contains_some: (text) => contains(text.split(',')),
  prefix: (text) => (value) => typeof value === 'string' && value.startsWith(text),
  regexp: matchesPattern,
  gt: (text) => compares(text, (difference) => difference > 0),
  lt: (text) => compares(text, (difference) => difference < 0),
  gte: (text) => compares(text, (difference) => difference >= 0),
  lte: (text) => compares(text, (difference) => difference <= 0),
};

export interface Filter {
  /** Field on the wire. */
  readonly field: string;
  /** The path of a ref is compared, as in `host.ref=/hosts/1`. */
  readonly isRef: boolean;
  readonly matches: Matcher;
  /** The texts it is equal to one of, when that is what it asks; an index can answer it. */
  readonly equalTo: readonly string[] | undefined;
}

/** Operators whose texts are whole values, in whatever form a body may have them: a `pwwn` with and without colons. */
const WHOLE_VALUES = ['', 'in', 'm_eq', 'neq'];

function asKept(definition: ResourceDefinition, path: string, operator: string, text: string): string {
  const field = Object.hasOwn(definition.fields, path) ? definition.fields[path] : undefined;
  const { store } = field ?? {};
  if (field?.kind !== 'str' || store === undefined || !WHOLE_VALUES.includes(operator)) return text;
  return listed(text)
    .map((item) => textIn({ kept: store(item) }, 'kept'))
    .join(',');
}

/** Reads `name__prefix` and `db`; undefined for an operator that nobody knows, which matches nothing. */
export function readFilter(definition: ResourceDefinition, key: string, sent: string): Filter | undefined {
  const [, path = '', operator = ''] = /^(.+?)(?:__(\w+))?$/.exec(key) ?? [];
  const build = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (build === undefined) return undefined;
  const text = asKept(definition, path, operator, sent);
  const wantsRef = path.endsWith('.ref');
  const isList = operator === 'in' || operator === 'm_eq';
  return {
    field: wantsRef ? path.slice(0, -'.ref'.length) : path,
    isRef: wantsRef,
    matches: build(text),
    equalTo: operator === '' ? [text] : isList ? listed(text) : undefined,
  };
}

/** Applies a filter to a field's value; a field that is not there matches nothing. */
export function filterMatches(filter: Filter, value: Value | undefined): boolean {
  if (value === undefined) return false;
  if (!filter.isRef) return !isRef(value) && filter.matches(value);
  return isRef(value) && filter.matches(value.ref);
}
