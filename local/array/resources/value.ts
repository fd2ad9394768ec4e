/** A pointer from one object to another, as the wire has it: `{"ref": "/volumes/8"}`. */
export interface Ref {
  readonly ref: string;
}

export type Value = string | number | boolean | null | Ref;

/** One stored object of a collection. Which fields it has is said by its resource definition. */
export interface ArrayRecord {
  readonly id: number;
  readonly [field: string]: Value;
}

/** Fields of an object that has no id yet. */
export type Draft = Readonly<Record<string, Value>>;

export const refPath = (collection: string, id: number): string => `/${collection}/${id}`;

export const refTo = (collection: string, id: number): Ref => ({ ref: refPath(collection, id) });

export const isRef = (value: Value | undefined): value is Ref => typeof value === 'object' && value !== null;

/** Splits `/stats/volumes/8` into collection and id; undefined when the text is no reference. */
export function parseRefPath(path: string): { readonly collection: string; readonly id: number } | undefined {
  const match = /^\/(.+)\/(\d+)$/.exec(path);
  const [, collection, id] = match ?? [];
  return collection === undefined || id === undefined ? undefined : { collection, id: Number(id) };
}

/** The path a ref field holds, undefined when it is null or absent. */
export function refIn(record: Draft, field: string): string | undefined {
  const value = record[field];
  return isRef(value) ? value.ref : undefined;
}

/** The id a ref field points to, undefined when it is null or absent. */
export function refIdIn(record: Draft, field: string): number | undefined {
  const path = refIn(record, field);
  return path === undefined ? undefined : parseRefPath(path)?.id;
}

export function textIn(record: Draft, field: string): string {
  const value = record[field];
  return typeof value === 'string' ? value : '';
}

export function numberIn(record: Draft, field: string): number | undefined {
  const value = record[field];
  return typeof value === 'number' ? value : undefined;
}

export const flagIn = (record: Draft, field: string): boolean => record[field] === true;

export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  return isRef(left) && isRef(right) ? left.ref === right.ref : left === right;
}
