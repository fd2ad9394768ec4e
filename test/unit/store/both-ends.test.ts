import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ReadPage, readFromBothEnds } from '../../../shared/adapters/store-dynamodb/both-ends.ts';

/** A partition of the rows 0 to count - 1, a page holds `size` of them; answers come in the order of `delays`. */
const partition = (count: number, size: number, delays: readonly number[]) => {
  const keys = Array.from({ length: count }, (_, index) => String(index).padStart(4, '0'));
  let calls = 0;
  const readPage: ReadPage<string> = async (isReverse, from) => {
    const turns = delays[calls % Math.max(1, delays.length)] ?? 0;
    calls += 1;
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const ordered = isReverse ? keys.toReversed() : keys;
    const start = from === undefined ? 0 : ordered.indexOf(String(from['key'])) + 1;
    const rows = ordered.slice(start, start + size);
    return { rows, next: start + size < count ? { key: rows.at(-1) } : undefined };
  };
  return { keys, readPage, calls: () => calls };
};

it('gives every row once, in order, whichever end is quicker, for two pages more at most', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(60),
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }),
      async (count, size, delays) => {
        const { keys, readPage, calls } = partition(count, size, delays);
        expect(await readFromBothEnds(readPage, (row) => row)).toEqual(keys);
        expect(calls()).toBeLessThanOrEqual(Math.ceil(count / size) + 2);
      },
    ),
    { seed: 20_261_121, numRuns: 300 },
  );
});

it('asks once for what fits into one page', async () => {
  const { readPage, calls } = partition(5, 5, []);
  await readFromBothEnds(readPage, (row) => row);
  expect(calls()).toBe(1);
});

it('gives whatever stands throughout once, in order, while other rows come and go', async () => {
  const key = fc.nat(99).map((number) => String(number).padStart(2, '0'));
  const keys = fc.uniqueArray(key, { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(keys, fc.array(keys), fc.integer({ min: 1, max: 10 }), async (standing, passing, size) => {
      let calls = 0;
      const readPage: ReadPage<string> = async (isReverse, from) => {
        const present = new Set([...standing, ...(passing[calls % Math.max(1, passing.length)] ?? [])]);
        calls += 1;
        await Promise.resolve();
        const sorted = [...present].toSorted();
        const ordered = isReverse ? sorted.toReversed() : sorted;
        const after = from === undefined ? '' : String(from['key']);
        const left = ordered.filter((one) => after === '' || (isReverse ? one < after : one > after));
        const rows = left.slice(0, size);
        return { rows, next: rows.length < left.length ? { key: rows.at(-1) } : undefined };
      };
      const read = await readFromBothEnds(readPage, (row) => row);
      expect(read).toEqual([...new Set(read)].toSorted());
      expect(read).toEqual(expect.arrayContaining(standing));
    }),
    { seed: 20_261_121, numRuns: 500 },
  );
});
