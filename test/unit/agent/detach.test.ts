import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../../agent/execution/create-database.ts';
import { detachDatabase } from '../../../agent/execution/detach-database.ts';
import type { Host } from '../../../agent/execution/host.ts';
import { swapDatabases } from '../../../agent/execution/swap-databases.ts';
import { mortal } from './mortal-host.ts';
import { aHost, aMachine, givenStaged, type Machine, swapOf, uidOf } from './swap-bed.ts';

let folder: string;
let machine: Machine;
let host: Host;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-detach-'));
  machine = aMachine();
  host = await aHost(folder, machine);
  await givenStaged(host);
});
afterEach(() => rm(folder, { recursive: true }));

const detach = (database_id: string, db_name: string, database_uid: string | null = null) =>
  detachDatabase(host, { attach_id: null, database_id, database_uid, db_name });

describe('a detach by the id of a database', () => {
  it('and its name, in whatever case, takes it', async () => {
    expect(await detach('5', 'ONE')).toBe(true);
    expect([...machine.running.keys()]).toEqual(['old-2']);
  });

  it('and its uid takes it whatever it is called', async () => {
    expect(await detach('5', 'as it was called', await uidOf(host, '5'))).toBe(true);
    expect([...machine.running.keys()]).toEqual(['old-2']);
  });

  it.each([
    ['another name', '5', 'Two', null],
    ['the name of another id', '6', 'one', null],
    ['another uid, though the name is right', '5', 'one', 'another'],
    ['a staged one, though the name is right', '7', 'staged-1', null],
  ])('and %s touches nothing, and succeeds', async (_what, id, name, uid) => {
    const untouched = await host.registry.read();
    expect(await detach(id, name, uid)).toBe(false);
    expect(await host.registry.read()).toEqual(untouched);
    expect([...machine.running.keys()]).toEqual(['old-1', 'old-2']);
  });

  it('and the uid of a database with another id touches nothing', async () => {
    expect(await detach('5', 'one', await uidOf(host, '6'))).toBe(false);
    expect(machine.running.size).toBe(2);
  });

  it('touches no database that is still being made', async () => {
    await host.registry.change(({ databases }) => {
      for (const database of databases) database.state = 'making';
    });
    expect(await detach('5', 'one', await uidOf(host, '5'))).toBe(false);
    expect(machine.running.size).toBe(2);
  });

  it('spares the database that was given that id after the state was lost', async () => {
    const uid = await uidOf(host, '5');
    await rm(join(folder, 'registry.json'));
    host = await aHost(folder, machine);
    const volumes = [{ kind: 'data' as const, serial: 'old-2' }];
    await createDatabase(host, { name: 'one', volumes, superuserPassword: null });
    expect(await detach('5', 'one', uid)).toBe(false);
    expect((await host.registry.read()).databases).toHaveLength(1);
  });

  it('can be repeated after the agent died at anything it did', async () => {
    const uid = await uidOf(host, '5');
    for (let at = 1; ; at += 1) {
      const dying = mortal(host, at, 'after');
      const wanted = { attach_id: null, database_id: '5', database_uid: uid, db_name: 'one' };
      await Promise.allSettled([detachDatabase(dying.host, wanted)]);
      if (dying.steps() < at) break;
      host = await aHost(folder, machine);
    }
    expect((await host.registry.read()).databases.map(({ id }) => id)).toEqual(['6', '7', '8']);
    expect([...machine.running.keys()]).toEqual(['old-2']);
  });
});

describe('the uid of a database', () => {
  it('goes with the id of a predecessor that is forgotten', async () => {
    const uids = [await uidOf(host, '5'), await uidOf(host, '6')];
    const reports = await swapDatabases(host, swapOf(false));
    expect(reports.map(({ database }) => database.uid)).toEqual(uids);
    expect([await uidOf(host, '5'), await uidOf(host, '6')]).toEqual(uids);
    expect(await detach('5', 'one', uids[0])).toBe(true);
    expect([...machine.running.keys()]).toEqual(['new-2']);
  });

  it('stays with a predecessor that is kept, and the new one has its own', async () => {
    const ids = ['5', '6', '7', '8'];
    const before = await Promise.all(ids.map((id) => uidOf(host, id)));
    const reports = await swapDatabases(host, swapOf(true));
    expect(reports.map(({ database }) => database.uid)).toEqual(before.slice(2));
    expect(await Promise.all(ids.map((id) => uidOf(host, id)))).toEqual(before);
    expect(new Set(before).size).toBe(4);
  });

  it('comes back when a swap goes back', async () => {
    const before = (await host.registry.read()).databases;
    machine.broken.add('new-2');
    await expect(swapDatabases(host, swapOf(false))).rejects.toThrow();
    expect((await host.registry.read()).databases).toEqual(before);
  });
});
