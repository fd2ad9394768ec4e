/** VSS: forced only at application level, by the agent of a host that has a provider. Flex contract, sections 7 and 10. */
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '../api/test-database.ts';
import { drive } from './bed/ending.ts';
import { createWorld, otherHostId, sourceHostId, type World } from './bed/world.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();
const Asked = z.object({ request_id: z.string() });

/** In one volume group, so that crash level takes it too. */
const stock = { id: '9', name: 'stock', serials: ['0a00f003'] } as const;

/** A world whose source host has a VSS provider. */
const inWorld = async (body: (world: World) => Promise<void>): Promise<void> => {
  const world = await createWorld(await freshTable());
  try {
    world.array.memory.addVolumeGroup('vg-stock', [{ name: 'stock', serial: '0a00f003', sizeMib: 64 }]);
    world.agent(sourceHostId).host.add(stock);
    world.agent(sourceHostId).host.setVssProvider(true);
    await world.agent(sourceHostId).beat();
    await body(world);
    expect(world.troubles()).toEqual([]);
  } finally {
    await world.stop();
  }
};

const forced = { source_host_id: sourceHostId, force_vss_usage: true };
const asSnapshot = { operation: 'create-snapshot', body: { ...forced, database_ids: [stock.id] } };
const destinations = [{ host_id: otherHostId, db_id: stock.id, db_name: 'stock_dev' }];
const asClone = { operation: 'create-clone', body: { ...forced, destinations } };

const done = async (world: World, operation: string, body: unknown) => {
  const { request_id: requestId } = Asked.parse(await world.ask(operation, { body }));
  return (await drive(world, requestId)).task;
};

describe.concurrent.each([asSnapshot, asClone])('$operation that forces VSS', ({ operation, body }) => {
  it.each([
    ['application', true],
    ['crash', false],
  ] as const)('at %s level says of its snapshot whether it is based on it: %s', (level, isVssBased) =>
    inWorld(async (world) => {
      expect(await done(world, operation, { ...body, consistency_level: level })).toMatchObject({ state: 'done' });
      expect(await world.store.listSnapshots()).toMatchObject([{ consistencyLevel: level, isVssBased }]);
    }),
  );

  it('fails and leaves nothing when the provider is gone before the freeze', () =>
    inWorld(async (world) => {
      world.hooks.set('freeze-source', (run) => {
        world.agent(sourceHostId).host.setVssProvider(false);
        return run();
      });
      const task = await done(world, operation, body);
      expect(task.state).toBe('failed');
      expect(task.error).toContain('no VSS provider');
      expect(await world.store.listSnapshots()).toEqual([]);
      expect(world.array.memory.contents().snapshots).toEqual([]);
    }));
});
