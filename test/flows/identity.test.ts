/** Ids of databases come again: on a machine that is rebuilt under its host's id, and with engines that give them anew. */
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '../api/test-database.ts';
import { drive } from './bed/ending.ts';
import type { Around } from './bed/step-hooks.ts';
import { createWorld, original, otherHostId, sourceHostId, type World } from './bed/world.ts';
import { askForClones } from './scenarios/create-clone.ts';
import { askForSnapshot } from './scenarios/create-snapshot.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();
const Asked = z.object({ request_id: z.string() });

/** A world with a clone, id 11, on the second host. */
async function withClone(body: (world: World) => Promise<void>): Promise<void> {
  const world = await createWorld(await freshTable());
  try {
    await drive(world, await askForClones(world, 1));
    await body(world);
  } finally {
    await world.stop();
  }
}

const cloneOn = async (world: World, dbId: string) => world.store.getClone(otherHostId, dbId);
const databasesOn = (world: World): readonly string[] =>
  [...world.agent(otherHostId).host.databases.values()].map(({ id, name }) => `${id} ${name}`);
const askToDelete = async (world: World, dbId = '11'): Promise<string> =>
  Asked.parse(await world.ask('delete-clone', { body: { host_id: otherHostId, database_id: dbId } })).request_id;

/** The clone's row under the id that nobody else has. */
async function orphanOf(world: World) {
  const orphan = (await world.store.listClones()).find(({ dbId }) => dbId.startsWith('11~'));
  if (orphan === undefined) throw new Error('the clone was not set apart');
  return orphan;
}

it('a database with the id of a clone is no clone: it is not deleted, and what is left of the clone is, by an id of its own', () =>
  withClone(async (world) => {
    await world.rebuildHost(otherHostId, 'payroll');
    await expect(askToDelete(world)).rejects.toMatchObject({ issues: [{ issue_type: 'DB_IS_NOT_A_CLONE' }] });
    expect(await cloneOn(world, '11')).toBeUndefined();
    const orphan = await orphanOf(world);
    expect((await world.store.getSnapshot(orphan.snapshotId))?.pins).toEqual(
      new Set([`clone#${otherHostId}#${orphan.dbId}`]),
    );
    const { task } = await drive(world, await askToDelete(world, orphan.dbId));
    expect(task.state).toBe('done');
    expect(databasesOn(world)).toEqual(['11 payroll']);
    expect(world.array.memory.contents().views).toEqual([]);
    expect((await world.store.getSnapshot(orphan.snapshotId))?.pins).toEqual(new Set());
  }));

it('a clone that was set apart is not deleted from under its database, should that be there again', () =>
  withClone(async (world) => {
    const { host } = world.agent(otherHostId);
    const lost = [...host.databases.values()];
    await world.rebuildHost(otherHostId, 'payroll');
    const orphan = await orphanOf(world);
    for (const database of lost) host.databases.set(database.id, database);
    await world.agent(otherHostId).beat();
    const { task } = await drive(world, await askToDelete(world, orphan.dbId));
    expect([task.state, task.error]).toEqual(['failed', expect.stringContaining("as database '11'")]);
    expect(databasesOn(world)).toEqual(['11 orders_test']);
    expect(world.array.memory.contents().views.map(({ name }) => name)).toEqual(orphan.views);
  }));

it('a deletion under way when its machine is rebuilt takes nothing from the new one, and finishes', () =>
  withClone(async (world) => {
    const silent = world.agent(otherHostId).script.plan('detach', { how: 'fall-silent', when: 'before' });
    const requestId = await askToDelete(world);
    await world.idle();
    expect(silent.fired()).toBe(true);
    await world.rebuildHost(otherHostId, 'payroll');
    const { task } = await drive(world, requestId);
    expect(['done', 'done_with_warning']).toContain(task.state);
    expect(databasesOn(world)).toEqual(['11 payroll']);
    expect(world.array.memory.contents().views).toEqual([]);
    expect(await world.store.listClones()).toEqual([]);
  }));

it('a deletion that is driven again does not detach what has the id by then', () =>
  withClone(async (world) => {
    const reused: Around = async (run) => {
      world.agent(otherHostId).host.add({ id: '11', name: 'payroll', serials: ['0a00d0ff'] });
      await run();
      throw new Error('planted');
    };
    world.hooks.set('remove-volumes', reused);
    const { task } = await drive(world, await askToDelete(world));
    expect(task.state).toBe('done');
    expect(databasesOn(world)).toEqual(['11 payroll']);
  }));

it('a database with the id of a clone is not refreshed as that clone', () =>
  withClone(async (world) => {
    const { task } = await drive(world, await askForSnapshot(world));
    await world.rebuildHost(otherHostId, 'payroll');
    const body = { snapshot_id: task.result?.snapshotId, db_names: ['payroll'] };
    await expect(world.ask('refresh-databases', { path: { host_id: otherHostId }, body })).rejects.toMatchObject({
      issues: [{ issue_type: 'DB_NOT_IN_SNAPSHOT' }],
    });
  }));

it("a clone is not refreshed from another database that has its source's id", () =>
  withClone(async (world) => {
    const source = world.agent(sourceHostId).host;
    source.databases.get(original.id);
    source.add({ ...original });
    await world.agent(sourceHostId).beat();
    const { task } = await drive(world, await askForSnapshot(world));
    const body = { snapshot_id: task.result?.snapshotId, db_names: ['orders_test'] };
    await expect(world.ask('refresh-databases', { path: { host_id: otherHostId }, body })).rejects.toMatchObject({
      issues: [{ issue_type: 'DB_NOT_IN_SNAPSHOT' }],
    });
  }));

it('a new clone with the id of a lost one leaves the lost one its row and its pin', () =>
  withClone(async (world) => {
    const lost = await cloneOn(world, '11');
    await world.rebuildHost(otherHostId, 'payroll');
    world.agent(otherHostId).host.rebuild();
    await world.agent(otherHostId).beat();
    const { task } = await drive(world, await askForClones(world, 1));
    expect(task.result?.clones?.map(({ id }) => id)).toEqual(['11']);
    const orphan = await orphanOf(world);
    expect(orphan).toEqual({ ...lost, dbId: orphan.dbId });
    expect((await drive(world, await askToDelete(world))).task.state).toBe('done');
    expect((await drive(world, await askToDelete(world, orphan.dbId))).task.state).toBe('done');
    expect(world.array.memory.contents().views).toEqual([]);
    for (const { pins } of await world.store.listSnapshots()) expect(pins).toEqual(new Set());
  }));
