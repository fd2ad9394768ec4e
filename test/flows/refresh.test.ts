/** What a refresh leaves besides what the laws hold, and who may act on its databases meanwhile. */
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Task } from '../../shared/domain/task.ts';
import { useDatabase } from '../api/test-database.ts';
import { drive } from './bed/ending.ts';
import { type Around, failBefore } from './bed/step-hooks.ts';
import { untilParked } from './bed/until-parked.ts';
import { createWorld, original, otherHostId, sourceHostId, type World } from './bed/world.ts';
import { askForSnapshot } from './scenarios/create-snapshot.ts';
import { askToRefresh, beforeRefresh, copyLines, prepareRefresh } from './scenarios/refresh.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();
const Asked = z.object({ request_id: z.string() });

async function refreshed(body: (world: World) => Promise<void>): Promise<void> {
  const world = await createWorld(await freshTable());
  try {
    await prepareRefresh(world);
    await body(world);
    expect(world.troubles()).toEqual([]);
    expect((await world.lines()).filter((line) => /^(lock#|open task|pin task#|.* exclusively of)/.test(line))).toEqual(
      [],
    );
  } finally {
    await world.stop();
  }
}

const cloneNamed = async (world: World, name: string) => {
  const found = (await world.store.listClones()).find(({ dbName }) => dbName === name);
  if (found === undefined) throw new Error(`no clone ${name}`);
  return found;
};
const databasesOf = (world: World) =>
  [...world.agent(otherHostId).host.databases.values()].map(({ id, name }) => `${id} ${name}`).toSorted();
const key = `${otherHostId}/orders_test`;
/** The first of those that a refresh takes. */
const firstKey = `${otherHostId}/orders_more`;

/** While the copies are settled, the refresh holds its databases: `ask` asks for another task, which parks. */
const whileHeld =
  (world: World, ask: () => Promise<string>, seen: string[], parksAt = key): Around =>
  async (run) => {
    seen.push(await ask());
    await world.holdStep(untilParked(world, parksAt));
    return run();
  };

async function refreshWithAnother(
  world: World,
  keepBackup: boolean,
  ask: () => Promise<string>,
  parksAt = key,
): Promise<Task> {
  const seen: string[] = [];
  world.hooks.set('settle-destinations', whileHeld(world, ask, seen, parksAt));
  const { task } = await drive(world, await askToRefresh(world, keepBackup));
  expect(task.state).toBe('done');
  const { task: other } = await drive(world, seen[0] ?? '');
  return other;
}

it('keeps ids and makers of clones, gives them the new lineage, and frees the old snapshot', () =>
  refreshed(async (world) => {
    const { clones, snapshotId } = beforeRefresh(world);
    const before = databasesOf(world);
    const { task } = await drive(world, await askToRefresh(world, false));
    expect(databasesOf(world)).toEqual(before);
    for (const old of clones) {
      const clone = await cloneNamed(world, old.dbName);
      const { dbId, requestId, createdAtSeconds } = old;
      expect(clone).toMatchObject({ dbId, requestId, createdAtSeconds, snapshotId });
      expect(clone.views).not.toEqual(old.views);
      expect((await world.store.getSnapshot(old.snapshotId))?.pins).toEqual(new Set());
    }
    expect(task.result?.clones?.map(({ id, name }) => `${id} ${name}`).toSorted()).toEqual(before);
  }));

it('keeps the old databases beside the new with their ids, volumes and lineage', () =>
  refreshed(async (world) => {
    const { clones, lines, snapshotId } = beforeRefresh(world);
    const { task } = await drive(world, await askToRefresh(world, true));
    expect(task.state).toBe('done');
    for (const old of clones) {
      const backup = await world.store.getClone(old.hostId, old.dbId);
      expect(backup).toEqual({ ...old, dbName: expect.stringMatching(`^${old.dbName}_bkp_[0-9]{8}T[0-9]{6}Z$`) });
      const clone = await cloneNamed(world, old.dbName);
      expect(clone).toMatchObject({ snapshotId, requestId: task.requestId, sourceDbId: original.id });
      expect((await world.store.getSnapshot(old.snapshotId))?.pins).toContain(`clone#${old.hostId}#${old.dbId}`);
      expect((await world.store.getSnapshot(snapshotId))?.pins).toContain(`clone#${old.hostId}#${clone.dbId}`);
    }
    const after = await world.lines();
    expect(lines.filter((line) => line.startsWith('array ') && !after.includes(line))).toEqual([]);
    expect(await copyLines(world, task)).toSatisfy((copies: string[]) => copies.every((line) => after.includes(line)));
  }));

it('takes a database that is no clone by its name, and leaves its volumes alone', () =>
  refreshed(async (world) => {
    const { snapshotId } = beforeRefresh(world);
    const body = { snapshot_id: snapshotId, db_names: ['ORDERS'] };
    const asked = await world.ask('refresh-databases', { path: { host_id: sourceHostId }, body });
    const { task } = await drive(world, Asked.parse(asked).request_id);
    expect(task.state).toBe('done');
    const database = world.agent(sourceHostId).host.databases.get(original.id);
    expect(database?.name).toBe(original.name);
    expect(database?.serials).not.toEqual(original.serials);
    const lineage = { snapshotId, sourceHostId, sourceDbId: original.id, isRestored: true };
    expect(await world.store.getClone(sourceHostId, original.id)).toMatchObject(lineage);
  }));

it('an original restored from its own snapshot is not deleted as a clone, and is restored again by its name', () =>
  refreshed(async (world) => {
    const { snapshotId } = beforeRefresh(world);
    const restore = async (keepBackup: boolean) => {
      const body = { snapshot_id: snapshotId, db_names: ['orders'], keep_backup: keepBackup };
      const asked = await world.ask('refresh-databases', { path: { host_id: sourceHostId }, body });
      const { task } = await drive(world, Asked.parse(asked).request_id);
      expect(task.state).toBe('done');
      return task.result?.clones?.[0]?.id ?? '';
    };
    const deletion = (dbId: string) =>
      world.ask('delete-clone', { body: { host_id: sourceHostId, database_id: dbId } });
    const first = await restore(true);
    expect(first).not.toBe(original.id);
    await expect(deletion(first)).rejects.toMatchObject({ issues: [{ issue_type: 'DB_IS_NOT_A_CLONE' }] });
    await expect(deletion(original.id)).rejects.toMatchObject({ issues: [{ issue_type: 'DB_IS_NOT_A_CLONE' }] });
    // Its backup is one more copy: that may go.
    const second = await restore(true);
    const deleted = await drive(world, Asked.parse(await deletion(first)).request_id);
    expect(deleted.task.state).toBe('done');
    expect(await restore(false)).toBe(second);
    await expect(deletion(second)).rejects.toMatchObject({ issues: [{ issue_type: 'DB_IS_NOT_A_CLONE' }] });
  }));

it('that the agent refuses leaves every database as it was, for a later refresh', () =>
  refreshed(async (world) => {
    const { lines } = beforeRefresh(world);
    const fault = world.agent(otherHostId).script.plan('swap', { how: 'fail' });
    const { task } = await drive(world, await askToRefresh(world, false));
    expect([fault.fired(), task.state, task.error]).toEqual([
      true,
      'failed',
      expect.stringContaining('could not swap'),
    ]);
    expect(await world.lines()).toEqual(lines);
    expect((await drive(world, await askToRefresh(world, false))).task.state).toBe('done');
  }));

it('a swap that an earlier attempt may have made is never undone for a command that came too late', () =>
  refreshed(async (world) => {
    const agent = world.agent(otherHostId);
    const silent = agent.script.plan('swap', { how: 'fall-silent', when: 'after' });
    const requestId = await askToRefresh(world, false);
    await world.idle();
    // The agent swapped, and said nothing; the next attempt's command stays in the queue until it is too old.
    await world.tick();
    await world.idle();
    await world.tick();
    expect(silent.fired()).toBe(true);
    await agent.comeBack();
    const { task } = await drive(world, requestId);
    expect(['done', 'done_with_warning']).toContain(task.state);
    for (const old of beforeRefresh(world).clones) {
      expect((await cloneNamed(world, old.dbName)).snapshotId).toBe(beforeRefresh(world).snapshotId);
    }
  }));

it('that fails after the swap is carried through, not undone', () =>
  refreshed(async (world) => {
    world.hooks.set('complete-refresh', failBefore);
    const { task, ticks } = await drive(world, await askToRefresh(world, false));
    expect([task.state, ticks > 0]).toEqual(['done', true]);
  }));

it('a second refresh of the same databases waits and runs', () =>
  refreshed(async (world) => {
    const second = await refreshWithAnother(world, false, () => askToRefresh(world, false), firstKey);
    expect(second.state).toBe('done');
    expect((await world.store.listClones()).length).toBe(2);
  }));

it('a second refresh that keeps a backup too waits, runs, and leaves two of them', () =>
  refreshed(async (world) => {
    const { snapshotId } = beforeRefresh(world);
    const second = await refreshWithAnother(world, true, () => askToRefresh(world, true), firstKey);
    expect([second.state, second.error]).toEqual(['done', '']);
    const rows = await world.store.listClones();
    expect(rows).toHaveLength(6);
    expect(rows.filter(({ dbName }) => dbName.startsWith('orders_test_bkp_'))).toHaveLength(2);
    expect((await cloneNamed(world, 'orders_test')).requestId).toBe(second.requestId);
    const pins = (await world.store.getSnapshot(snapshotId))?.pins;
    expect(pins?.size).toBe(4);
  }));

it('one without a backup that waited for one with it spares the backup, also when its host is registered anew', () =>
  refreshed(async (world) => {
    world.hooks.set('remove-volumes', (run) => run());
    world.hooks.set('remove-volumes', async (run) => {
      await world.reregisterHost(otherHostId);
      return run();
    });
    const second = await refreshWithAnother(world, true, () => askToRefresh(world, false), firstKey);
    expect([second.state, second.error]).toEqual(['done', '']);
    const { clones } = beforeRefresh(world);
    const views = world.array.memory.contents().views.map(({ name }) => name);
    for (const old of clones) {
      const backup = await world.store.getClone(old.hostId, old.dbId);
      expect(backup).toMatchObject({ views: old.views, snapshotId: old.snapshotId });
      expect(views).toEqual(expect.arrayContaining([...old.views]));
    }
    const inService = await Promise.all(['orders_test', 'orders_more'].map((name) => cloneNamed(world, name)));
    expect(views.toSorted()).toEqual([...clones, ...inService].flatMap((one) => one.views).toSorted());
    await world.agent(otherHostId).beat();
  }));

it('that waited is refused when another database of the name is there by then', () =>
  refreshed(async (world) => {
    const seen: string[] = [];
    world.hooks.set('settle-destinations', async (run) => {
      const host = world.agent(otherHostId).host;
      for (const { id } of [...host.databases.values()]) host.databases.delete(id);
      host.add({ id: '11', name: 'orders_test', serials: ['0a00d0ff'] });
      await world.agent(otherHostId).beat();
      seen.push('replaced');
      return run();
    });
    const { task } = await drive(world, await askToRefresh(world, false));
    expect([task.state, seen.length]).toEqual(['failed', 1]);
    expect(databasesOf(world)).toEqual(['11 orders_test']);
  }));

it('a deletion that waited for it deletes the clone on its new volumes', () =>
  refreshed(async (world) => {
    const { dbId } = await cloneNamed(world, 'orders_test');
    const other = await refreshWithAnother(
      world,
      false,
      async () =>
        Asked.parse(await world.ask('delete-clone', { body: { host_id: otherHostId, database_id: dbId } })).request_id,
    );
    expect(other.state).toBe('done');
    expect(databasesOf(world).filter((one) => one.startsWith(`${dbId} `))).toEqual([]);
    // Only the views of the other clone are left.
    const left = await cloneNamed(world, 'orders_more');
    expect(
      world.array.memory
        .contents()
        .views.map(({ name }) => name)
        .toSorted(),
    ).toEqual(left.views.toSorted());
  }));

it('a deletion that waited while its database became the backup is refused', () =>
  refreshed(async (world) => {
    const { dbId } = await cloneNamed(world, 'orders_test');
    const other = await refreshWithAnother(
      world,
      true,
      async () =>
        Asked.parse(await world.ask('delete-clone', { body: { host_id: otherHostId, database_id: dbId } })).request_id,
    );
    expect([other.state, other.error]).toEqual(['failed', expect.stringContaining('by a refresh meanwhile')]);
    expect((await world.store.listClones()).length).toBe(4);
  }));

it('a snapshot that waited for it is of the new volumes', () =>
  refreshed(async (world) => {
    const { dbId } = await cloneNamed(world, 'orders_test');
    const other = await refreshWithAnother(world, false, () => askForSnapshot(world, { hostId: otherHostId, dbId }));
    expect(other.state).toBe('done');
    const taken = await world.store.getSnapshot(other.result?.snapshotId ?? '');
    const { views, snapshotIds } = await cloneNamed(world, 'orders_test');
    expect(taken?.arraySnapshots.map(({ origin }) => origin.name).toSorted()).toEqual(views.toSorted());
    expect(snapshotIds).toEqual(new Set([taken?.snapshotId]));
  }));

it('that waited for a snapshot of its database does not take the volumes away from it', () =>
  refreshed(async (world) => {
    const { dbId } = await cloneNamed(world, 'orders_test');
    const seen: string[] = [];
    world.hooks.set(
      'freeze-source',
      whileHeld(world, () => askToRefresh(world, false), seen),
    );
    expect((await drive(world, await askForSnapshot(world, { hostId: otherHostId, dbId }))).task.state).toBe('done');
    const { task } = await drive(world, seen[0] ?? '');
    expect([task.state, task.error]).toEqual(['failed', expect.stringContaining('snapshots were taken of')]);
  }));

it('holds its snapshot against deletion until it ends', () =>
  refreshed(async (world) => {
    const { snapshotId } = beforeRefresh(world);
    let refusal: unknown = null;
    world.hooks.set('settle-destinations', async (run) => {
      await world.ask('delete-snapshot', { path: { snapshot_id: snapshotId } }).catch((error: unknown) => {
        refusal = error;
      });
      return run();
    });
    expect((await drive(world, await askToRefresh(world, false))).task.state).toBe('done');
    expect(refusal).toMatchObject({ issues: [{ issue_type: 'RESOURCE_IS_LOCKED' }] });
  }));
