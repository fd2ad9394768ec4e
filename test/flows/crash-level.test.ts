/** Crash level: nothing is frozen, so that each database is one instant only as long as it lies within one volume group. */
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '../api/test-database.ts';
import { drive } from './bed/ending.ts';
import { createWorld, sourceHostId, type World } from './bed/world.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();
const Asked = z.object({ request_id: z.string() });

const ledger = { id: '8', name: 'ledger', serials: ['0a00f001', '0a00f002'] } as const;
const stock = { id: '9', name: 'stock', serials: ['0a00f003'] } as const;
const [data, log] = ledger.serials.map((serial, index) => ({ name: `ledger-${String(index)}`, serial, sizeMib: 64 }));
if (data === undefined || log === undefined) throw new Error('the ledger has two volumes');

/** A world with two more databases: `ledger` on two volumes of one group, `stock` in another group. */
const inWorld = async (body: (world: World) => Promise<void>): Promise<void> => {
  const world = await createWorld(await freshTable());
  try {
    world.array.memory.addVolumeGroup('vg-ledger', [data, log]);
    world.array.memory.addVolumeGroup('vg-stock', [{ name: 'stock', serial: stock.serials[0], sizeMib: 64 }]);
    world.agent(sourceHostId).host.add(ledger);
    world.agent(sourceHostId).host.add(stock);
    await world.agent(sourceHostId).beat();
    await body(world);
    expect(world.troubles()).toEqual([]);
  } finally {
    await world.stop();
  }
};

const askForSnapshot = async (world: World): Promise<string> => {
  const body = { source_host_id: sourceHostId, database_ids: [ledger.id, stock.id], consistency_level: 'crash' };
  return Asked.parse(await world.ask('create-snapshot', { body })).request_id;
};

describe.concurrent('a snapshot at crash level', () => {
  it('takes every group once, with no word to the agent', () =>
    inWorld(async (world) => {
      const { task } = await drive(world, await askForSnapshot(world));
      expect(task).toMatchObject({ state: 'done', freezeRound: 0 });
      expect(await world.store.listCommands(task.requestId)).toEqual([]);
      expect(
        world.array.memory
          .contents()
          .snapshots.map(({ source }) => source)
          .sort(),
      ).toEqual(['vg-ledger', 'vg-stock']);
      expect(await world.store.listSnapshots()).toMatchObject([
        { snapshotId: task.snapshotId, consistencyLevel: 'crash', databases: [{ dbId: '8' }, { dbId: '9' }] },
      ]);
    }));

  it('fails, and leaves nothing, when a volume has moved to another group since it was asked for', () =>
    inWorld(async (world) => {
      const moved = world.hooks.set('take-snapshot', (run) => {
        world.array.memory.addVolumeGroup('vg-ledger', [data]);
        world.array.memory.addVolumeGroup('vg-elsewhere', [log]);
        return run();
      });
      const { task } = await drive(world, await askForSnapshot(world));
      expect(moved.fired()).toBe(true);
      expect(task.state).toBe('failed');
      expect(task.error).toContain("database 'ledger' spans several volume groups");
      expect(world.array.memory.contents().snapshots).toEqual([]);
      expect(await world.store.listSnapshots()).toEqual([]);
    }));
});
