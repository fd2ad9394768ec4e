import { ApiError, refused } from '../api-error.ts';
import type { Store } from '../store/store.ts';
import { isWrite } from './route.ts';

/** Longer ones do not fit into a key of the store. */
const LONGEST_NAME = 200;

interface Numbered {
  readonly name: string;
  readonly value: number;
}

function readPair(text: string): Numbered {
  const [, name = '', digits = ''] = /^\s*([^=]+?)\s*=\s*(\d+)\s*$/.exec(text) ?? [];
  const value = Number(digits);
  if (name === '' || name.length > LONGEST_NAME || !Number.isSafeInteger(value))
    throw refused(`X-K2-Sequence must be id=number[,id=number], with ids of up to ${LONGEST_NAME} characters`);
  return { name, value };
}

/**
 * Accepts the optional `X-K2-Sequence: id=n[,id=n]` of a write: every n must be greater than the last one accepted for its
 * id. Throws a 409 otherwise, and then none is accepted.
 *
 * The numbers are on disk before the write begins, so that a client that repeats it after the array died in between gets a
 * 409 rather than doing it twice. Returns what gives them back when the write is refused; a number that a later one of the
 * same id has passed meanwhile stays used.
 */
export function acceptSequences(store: Store, method: string, header: string | string[] | undefined): () => void {
  if (!isWrite(method) || header === undefined) return () => undefined;
  const pairs = String(header).split(',').map(readPair);
  const taken: (Numbered & { readonly before: number })[] = [];
  store.transaction(() => {
    for (const { name, value } of pairs) {
      const before = store.clientSequence(name);
      if (value <= before) throw new ApiError(409, `sequence ${name}=${value} is not greater than the last, ${before}`);
      store.acceptClientSequence(name, value);
      taken.unshift({ name, value, before });
    }
  });
  return () => {
    store.transaction(() => {
      for (const { name, value, before } of taken)
        if (store.clientSequence(name) === value) store.acceptClientSequence(name, before);
    });
  };
}
