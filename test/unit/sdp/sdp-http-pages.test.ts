import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../../shared/adapters/sdp-http/array-session.ts';
import { readPages } from '../../../shared/adapters/sdp-http/pages.ts';
import { Mapping } from '../../../shared/adapters/sdp-http/wire.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import { sdpOverTable } from './sdp-over-table.ts';
import { createTableArray, type Intercept } from './table-array.ts';

const refuse = (reason: string): Error => new Error(`refused: ${reason}`);
const unavailable = (reason: string): Error => new Error(`unavailable: ${reason}`);

describe('a list of many pages', () => {
  it('is read from 2,700 objects on pages shorter than asked for, while some come and go', async () => {
    const pageLength = 400;
    const comeAndGo: Intercept = ({ path }) => {
      const ids = array.rows('mappings').map(({ id }) => id);
      // One that was read, which would move an offset, one that was not, and a new one.
      const read = ids.filter((id) => id <= lastRead());
      for (const id of [read[0], ids.at(-3)])
        if (path === '/mappings' && id !== undefined) array.remove('mappings', id);
      array.add('mappings', row);
      return 'pass';
    };
    const array = createTableArray(comeAndGo, pageLength);
    const lastRead = (): number => Number(array.queries.at(-1)?.['id__gt'] ?? 0);
    const row = { host: { ref: '/hosts/1' }, volume: { ref: '/snapshots/1' } };
    const before = Array.from({ length: 2_700 }, () => array.add('mappings', row).id);
    const session = openSession(
      {
        send: (request) => array.send(request, ''),
        redact: (text) => text,
        patience: { totalMs: 20_000, now: () => 0, sleep: async () => undefined, random: () => 0 },
        log: silentLog,
        host: 'array.test',
      },
      'list',
    );
    const ids = (await session.list('mappings', {}, Mapping)).map(({ id }) => id);
    const after = new Set(array.rows('mappings').map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(before.filter((id) => after.has(id) && !ids.includes(id))).toEqual([]);
    expect(array.requests.length).toBeGreaterThanOrEqual(Math.floor(2_700 / pageLength));
    expect(before.filter((id) => !after.has(id)).length).toBeGreaterThan(5);
  });

  it('misses nothing that was there throughout, and has nothing twice, whatever comes and goes meanwhile', async () => {
    const change = fc.record({ remove: fc.nat(4_000), add: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 4_000 }), { maxLength: 300 }),
        fc.array(change, { maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        async (start, changes, pageLength) => {
          const there = new Set(start);
          const throughout = new Set(start);
          const pending = [...changes];
          let newest = 4_000;
          const read = await readPages(
            async (afterId = 0) => {
              const matching = [...there].filter((id) => id > afterId).sort((one, other) => one - other);
              const page = { hits: matching.slice(0, pageLength).map((id) => ({ id })), total: matching.length };
              const { remove = 0, add = 0 } = pending.shift() ?? {};
              there.delete(remove);
              throughout.delete(remove);
              for (let count = 0; count < add; count += 1) there.add((newest += 1));
              return page;
            },
            refuse,
            unavailable,
          );
          const ids = read.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          expect([...throughout].filter((id) => !ids.includes(id))).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    [
      'serves the first page again',
      [
        [1, 2],
        [1, 2],
      ],
    ],
    [
      'does not sort',
      [
        [2, 1],
        [3, 4],
      ],
    ],
  ])('is refused from an array that %s', async (_, pages) => {
    const left = pages.map((ids) => ids.map((id) => ({ id })));
    const reading = readPages(async () => ({ hits: left.shift() ?? [], total: 4 }), refuse, unavailable);
    await expect(reading).rejects.toThrow('refused: it does not serve the pages of a list in the order of ids');
  });

  it('is not taken for whole from an array that finds nothing behind an id', async () => {
    const reading = readPages(
      async (afterId) => (afterId === undefined ? { hits: [{ id: 1 }, { id: 2 }], total: 4 } : { hits: [], total: 0 }),
      refuse,
      unavailable,
    );
    await expect(reading).rejects.toThrow('unavailable: it serves 2 of 4 objects');
  });

  it('is whole when all that was left to read has been removed', async () => {
    const totals = [4, 0, 2];
    const ids = await readPages(
      async (afterId) => ({ hits: afterId === undefined ? [{ id: 1 }, { id: 2 }] : [], total: totals.shift() ?? 0 }),
      refuse,
      unavailable,
    );
    expect(ids).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('is sorted here when one page holds it', async () => {
    expect(await readPages(async () => ({ hits: [{ id: 2 }, { id: 1 }], total: 2 }), refuse, unavailable)).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
  });

  it('is asked for again when a page is empty and says that more are there', async () => {
    let answers = 0;
    const { sdp } = sdpOverTable(({ path }) => {
      if (path !== '/snapshots' || (answers += 1) > 1) return 'pass';
      return { status: 200, text: '{"hits": [], "total": 3}' };
    });
    await sdp.removeSnapshot('s1');
    expect(answers).toBe(2);
  });
});
