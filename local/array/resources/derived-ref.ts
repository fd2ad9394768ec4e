import type { Lookup } from './definition.ts';
import { refTo, type Value } from './value.ts';

/** A ref to the first object that an index has under a key; null when there is none. */
export function firstRef(collection: string, index: string, key: string, lookup: Lookup): Value {
  const [id] = lookup.ids(collection, index, key);
  return id === undefined ? null : refTo(collection, id);
}
