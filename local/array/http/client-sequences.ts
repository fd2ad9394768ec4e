import { ApiError, refused } from '../api-error.ts';
import type { Store } from '../store/store.ts';

/**
 * Checks the optional `X-K2-Sequence: id=n[,id=n]` of a write: every n must be greater than the last one accepted for its
 * id. Throws a 409, and then nothing is accepted.
 */
export function acceptSequences(store: Store, method: string, header: string | string[] | undefined): void {
  if (method === 'GET' || header === undefined) return;
  const pairs = String(header)
    .split(',')
    .map((pair) => /^\s*([^=]+)=(\d+)\s*$/.exec(pair));
  store.transaction(() => {
    for (const pair of pairs) {
      const [, name, value] = pair ?? [];
      if (name === undefined || value === undefined) throw refused('X-K2-Sequence must be id=number[,id=number]');
      if (Number(value) <= store.clientSequence(name))
        throw new ApiError(409, `sequence ${name}=${value} was used already`);
      store.acceptClientSequence(name, Number(value));
    }
  });
}
