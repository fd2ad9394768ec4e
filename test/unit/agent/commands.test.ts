import { describe, expect, it } from 'vitest';
import type { AgentCommand } from '../../../shared/contracts/agent.ts';
import { refusalOf } from '../../../agent/loop/admission.ts';
import { chunked } from '../../../agent/loop/inventory.ts';
import { createLanes, laneKeys } from '../../../agent/loop/lanes.ts';

const envelope = {
  version: 1,
  command_id: 'c',
  host_id: 'h',
  generation: 3,
  not_after_ts: 1000,
  heartbeat_seconds: 5,
} as const;
const rescan: AgentCommand = { ...envelope, kind: 'rescan', arguments: {} };

describe('admission', () => {
  it.each([
    [3, 1000, null],
    [3, 1001, 'COMMAND_EXPIRED'],
    [2, 500, 'STALE_GENERATION'],
    [4, 2000, 'STALE_GENERATION'],
  ])('under generation %i at %i seconds: %s', (generation, now, code) => {
    expect(refusalOf(rescan, generation, now)?.code ?? null).toBe(code);
  });
});

describe('lane keys', () => {
  const freeze: AgentCommand = {
    ...envelope,
    kind: 'freeze',
    arguments: { freeze_id: 'f', databases: [{ id: '5', name: 'Orders' }], max_seconds: 10, force_vss: false },
  };
  const thaw: AgentCommand = { ...envelope, kind: 'thaw', arguments: { freeze_id: 'f' } };
  const detach: AgentCommand = {
    ...envelope,
    kind: 'detach',
    arguments: { attach_id: null, database_id: '5', database_uid: null, db_name: 'ORDERS' },
  };
  const swap: AgentCommand = {
    ...envelope,
    kind: 'swap',
    arguments: {
      swap_id: 's',
      attempt: 1,
      databases: [{ attach_id: 'a', database_id: '5', db_name: 'orders', backup_name: 'Orders_BKP' }],
    },
  };
  const overlap = (left: AgentCommand, right: AgentCommand) =>
    laneKeys(left).filter((key) => laneKeys(right).includes(key));

  it('keep commands of one database apart, whatever the case of its name', () => {
    expect(overlap(freeze, detach)).toEqual(['id:5', 'name:orders']);
  });
  it('keep a swap apart from whatever touches what it puts in service, replaces or renames', () => {
    const detachOf = (attach_id: string | null, database_id: string | null, db_name: string): AgentCommand => ({
      ...envelope,
      kind: 'detach',
      arguments: { attach_id, database_id, database_uid: null, db_name },
    });
    expect(overlap(swap, freeze)).toEqual(['id:5', 'name:orders']);
    expect(overlap(swap, detachOf('a', null, 'x'))).toEqual(['attach:a']);
    expect(overlap(swap, detachOf(null, '9', 'orders_bkp'))).toEqual(['name:orders_bkp']);
    expect(overlap(swap, { ...swap, arguments: { ...swap.arguments, databases: [] } })).toEqual(['swap:s']);
  });
  it('let nothing but its own freeze delay a thaw', () => {
    expect(overlap(thaw, freeze)).toEqual(['freeze:f']);
    expect(overlap(thaw, detach)).toEqual([]);
  });
});

describe('lanes', () => {
  /** Work that ends when told, and tells what is running. */
  function theWork() {
    const running = new Set<string>();
    const ends = new Map<string, () => void>();
    const start = (name: string) => () =>
      new Promise<void>((resolve) => {
        running.add(name);
        ends.set(name, () => {
          running.delete(name);
          resolve();
        });
      });
    const settle = async () => {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    };
    return { running, start, end: async (name: string) => (ends.get(name)?.(), settle()), settle };
  }

  it('run one at a time per key in order, others beside them, and no more than the limit', async () => {
    const lanes = createLanes(2);
    const work = theWork();
    const all = [
      lanes.run(['x'], work.start('x1'), { urgent: false }),
      lanes.run(['x', 'y'], work.start('xy'), { urgent: false }),
      lanes.run(['z'], work.start('z'), { urgent: false }),
      lanes.run(['w'], work.start('w'), { urgent: false }),
      lanes.run(['t'], work.start('urgent'), { urgent: true }),
    ];
    await work.settle();
    expect([...work.running]).toEqual(expect.arrayContaining(['x1', 'z', 'urgent']));
    expect(work.running.size).toBe(3);
    await work.end('z');
    expect(work.running.has('w')).toBe(true);
    await work.end('x1');
    expect(work.running.has('xy')).toBe(true);
    for (const name of ['xy', 'w', 'urgent']) await work.end(name);
    await Promise.all(all);
    expect(work.running.size).toBe(0);
  });

  it('go on after work that failed', async () => {
    const lanes = createLanes(1);
    await expect(lanes.run(['x'], () => Promise.reject(new Error('no')), { urgent: false })).rejects.toThrow('no');
    expect(await lanes.run(['x'], () => Promise.resolve('yes'), { urgent: false })).toBe('yes');
  });
});

describe('an inventory', () => {
  const database = { id: '5', name: 'd', vendor: 'postgres', status: 'ONLINE', files: [], mount_points: [] } as const;

  it.each([
    [0, [0]],
    [100, [100]],
    [101, [100, 1]],
  ])('of %i databases is cut into chunks of %j', (count, sizes) => {
    const chunks = chunked(
      Array.from({ length: count }, () => ({ ...database, files: [], mount_points: [] })),
      9,
    );
    expect(chunks.map(({ databases }) => databases.length)).toEqual(sizes);
    expect(
      chunks.every(
        ({ sequence, chunks: all }, index) => sequence === 9 && all === sizes.length && chunks[index]?.chunk === index,
      ),
    ).toBe(true);
  });

  it('is cut by the bytes of its JSON too, and loses nothing', () => {
    // Four bytes each, two of UTF-16.
    const databases = Array.from({ length: 50 }, (_, index) => ({
      ...database,
      name: `${index}${'😀'.repeat(2500)}`,
      files: [],
      mount_points: [],
    }));
    const chunks = chunked(databases, 9);
    expect(chunks.length).toBe(5);
    expect(chunks.map(({ chunks: all }) => all)).toEqual([5, 5, 5, 5, 5]);
    expect(Math.max(...chunks.map((chunk) => Buffer.byteLength(JSON.stringify(chunk))))).toBeLessThanOrEqual(120_000);
    expect(chunks.flatMap((chunk) => chunk.databases)).toEqual(databases);
  });

  it('has a chunk of its own for a database that is larger than a chunk', () => {
    const large = { ...database, name: 'x'.repeat(130_000), files: [], mount_points: [] };
    const small = { ...database, files: [], mount_points: [] };
    const chunks = chunked([large, small], 9);
    expect(chunks.map(({ databases }) => databases)).toEqual([[large], [small]]);
  });
});
