/** Whoever ends, well or not, hands its locks to those who wait: as the function it is, with nothing but its grants. */
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '../api/test-database.ts';
import type { Around } from './bed/step-hooks.ts';
import { untilParked } from './bed/until-parked.ts';
import { createWorld, original, otherHostId, sourceHostId, type World } from './bed/world.ts';
import { askForClones } from './scenarios/create-clone.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();

const Asked = z.object({ request_id: z.string() });

async function askForClone(world: World, from: { readonly hostId: string; readonly dbId: string }): Promise<string> {
  const destinations = [{ host_id: otherHostId, db_id: from.dbId, db_name: 'second' }];
  const body = { source_host_id: from.hostId, destinations };
  return Asked.parse(await world.ask('create-clone', { body })).request_id;
}

/** Before the step acts, `ask` asks for a second task and it parks; then the step goes on as `then` says. */
const withSecondParked =
  (world: World, key: string, ask: () => Promise<string>, seen: string[], then: Around): Around =>
  async (run) => {
    seen.push(await ask());
    await world.holdStep(untilParked(world, key));
    return then(run);
  };

const fails: Around = () => Promise.reject(new Error('planted'));
const goesOn: Around = (run) => run();

async function inWorld(body: (world: World) => Promise<void>): Promise<void> {
  const world = await createWorld(await freshTable());
  try {
    await body(world);
    expect(world.troubles()).toEqual([]);
  } finally {
    await world.stop();
  }
}

const sourceKey = `${sourceHostId}/${original.name}`;

it('a clone that fails hands its source to the next, which is made', () =>
  inWorld(async (world) => {
    const second: string[] = [];
    const ask = () => askForClone(world, { hostId: sourceHostId, dbId: original.id });
    world.hooks.set('freeze-source', withSecondParked(world, sourceKey, ask, second, fails));
    const first = await askForClones(world, 1);
    await world.idle();
    expect((await world.task(first)).state).toBe('failed');
    expect((await world.task(second[0] ?? '')).state).toBe('done');
    expect(await world.store.readLock(sourceKey)).toBeUndefined();
  }));

it('a clone that is deleted hands itself to who waited for it, and that one learns that it is gone', () =>
  inWorld(async (world) => {
    await askForClones(world, 1);
    await world.idle();
    const [clone] = await world.store.listClones();
    if (clone === undefined) throw new Error('no clone');
    const second: string[] = [];
    const key = `${clone.hostId}/${clone.dbName}`;
    const ask = () => askForClone(world, clone);
    world.hooks.set('detach-database', withSecondParked(world, key, ask, second, goesOn));
    const body = { host_id: clone.hostId, database_id: clone.dbId };
    const deletion = Asked.parse(await world.ask('delete-clone', { body })).request_id;
    await world.idle();
    expect((await world.task(deletion)).state).toBe('done');
    expect((await world.task(second[0] ?? '')).state).toBe('failed');
    expect(await world.store.readLock(key)).toBeUndefined();
  }));

it('an execution that is stopped hands its source on when the sweeper closes it', () =>
  inWorld(async (world) => {
    const second: string[] = [];
    const ask = () => askForClone(world, { hostId: sourceHostId, dbId: original.id });
    const stopped: Around = async (run) => {
      world.engine.abort();
      return run();
    };
    world.hooks.set('freeze-source', withSecondParked(world, sourceKey, ask, second, stopped));
    const first = await askForClones(world, 1);
    await world.idle();
    for (let ticks = 0; ticks < 4; ticks += 1) {
      await world.tick();
      await world.idle();
    }
    expect((await world.task(first)).state).toBe('failed');
    expect(['done', 'failed']).toContain((await world.task(second[0] ?? '')).state);
    expect(await world.store.readLock(sourceKey)).toBeUndefined();
  }));
