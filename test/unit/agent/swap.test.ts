import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachDatabase } from '../../../agent/execution/attach-database.ts';
import { detachDatabase } from '../../../agent/execution/detach-database.ts';
import type { Host } from '../../../agent/execution/host.ts';
import { recoverHost } from '../../../agent/execution/recover-host.ts';
import { forgetReplaced } from '../../../agent/execution/settle-swap.ts';
import { swapDatabases } from '../../../agent/execution/swap-databases.ts';
import { Undecided } from '../../../agent/failure.ts';
import { createInventoryTaker } from '../../../agent/loop/inventory.ts';
import { mortal } from './mortal-host.ts';
import { aHost, aMachine, attachOf, givenStaged, type Machine, served, swapOf } from './swap-bed.ts';

let folder: string;
let machine: Machine;
let host: Host;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-swap-'));
  machine = aMachine();
  host = await aHost(folder, machine);
  await givenStaged(host);
});
afterEach(() => rm(folder, { recursive: true }));

const before = ['Two (6) at 20001: old-2', 'one (5) at 20000: old-1'];
const replaced = ['Two (6) at 20001: new-2', 'one (5) at 20000: new-1'];
const besideBackups = [
  'Two (8) at 20001: new-2',
  'one (7) at 20000: new-1',
  'one_bkp (5) at 20002: old-1',
  'two_bkp (6) at 20003: old-2',
];
const states = async () => (await host.registry.read()).databases.map(({ state }) => state);
const detachOf = (attachId: string | null, databaseId: string | null, name = 'any') =>
  detachDatabase(host, { attach_id: attachId, database_id: databaseId, database_uid: null, db_name: name });
const [first, second] = swapOf(false).databases;
if (!first || !second) throw new Error('the swap names two databases');

describe('a staged database', () => {
  it('rests: it is reported when its attach is repeated, and otherwise neither found nor run', async () => {
    expect([...machine.running.keys()]).toEqual(['old-1', 'old-2']);
    expect(await attachDatabase(host, attachOf(1))).toMatchObject({ id: '7', name: 'staged-1', status: 'OFFLINE' });
    await recoverHost(await aHost(folder, machine));
    expect([...machine.running.keys()]).toEqual(['old-1', 'old-2']);
    const [inventory] = await createInventoryTaker(host, folder, () => 1).take();
    expect(inventory?.databases.map(({ id }) => id)).toEqual(['5', '6']);
    expect(await detachOf(null, '7', 'staged-1')).toBe(false);
    expect(await detachOf('attach-1', null)).toBe(true);
    await expect(attachDatabase(host, attachOf(1))).rejects.toMatchObject({ code: 'COMMAND_REVOKED' });
    await expect(swapDatabases(host, swapOf(false))).rejects.toMatchObject({
      code: 'DB_NOT_FOUND',
      message: 'no database is staged under attach attach-1',
    });
    expect(await served(host, machine)).toEqual(before);
  });
});

describe('a swap', () => {
  it('puts the new ones under the id, name and port of those they replace, which are forgotten', async () => {
    const inService = await swapDatabases(host, swapOf(false));
    expect(inService.map(({ attach_id, database }) => [attach_id, database.id, database.name])).toEqual([
      ['attach-1', '5', 'one'],
      ['attach-2', '6', 'Two'],
    ]);
    expect(await served(host, machine)).toEqual(replaced);
    expect([...machine.running.keys()].sort()).toEqual(['new-1', 'new-2']);
    expect(await states()).toEqual(['managed', 'managed']);
  });

  it('with backups lets both go on side by side, the new ones at the old port', async () => {
    await swapDatabases(host, swapOf(true));
    expect(await served(host, machine)).toEqual(besideBackups);
    expect(await detachOf(null, '5', 'one_bkp')).toBe(true);
    expect(await served(host, machine)).toHaveLength(3);
  });

  it('may follow another one, and the id stays', async () => {
    await swapDatabases(host, swapOf(false));
    await attachDatabase(host, {
      ...attachOf(3),
      source: { ...attachOf(3).source, volumes: attachOf(1).source.volumes },
    })
      .then(() => expect.unreachable('the volume serves a database'))
      .catch((error: unknown) => expect(error).toMatchObject({ code: 'ENGINE_FAILED' }));
    const again = attachOf(3);
    const volumes = [{ source_serial: 'any', serial: 'old-1' }];
    await attachDatabase(host, { ...again, source: { ...again.source, volumes } });
    await swapDatabases(host, { swap_id: 'next', attempt: 1, databases: [{ ...first, attach_id: 'attach-3' }] });
    expect(await served(host, machine)).toEqual(['Two (6) at 20001: new-2', 'one (5) at 20000: old-1']);
    await expect(attachDatabase(host, attachOf(1))).rejects.toMatchObject({ code: 'COMMAND_REVOKED' });
  });

  it('that is repeated starts and reports what it put in service, whether it starts or not', async () => {
    const once = await swapDatabases(host, swapOf(false));
    machine.running.delete('new-1');
    expect(await swapDatabases(host, swapOf(false, 2))).toEqual(once);
    expect(await served(host, machine)).toEqual(replaced);
    machine.running.delete('new-1');
    machine.broken.add('new-1');
    const broken = await swapDatabases(host, swapOf(false, 2));
    expect(broken.map(({ database }) => database.status)).toEqual(['OFFLINE', 'ONLINE']);
  });

  it('of a lower attempt than one seen before is refused, also when that one failed', async () => {
    machine.broken.add('new-2');
    await expect(swapDatabases(host, swapOf(false, 3))).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    machine.broken.clear();
    host = await aHost(folder, machine);
    await expect(swapDatabases(host, swapOf(false, 2))).rejects.toMatchObject({ code: 'COMMAND_REVOKED' });
    expect(await served(host, machine)).toEqual(before);
    await swapDatabases(host, swapOf(false, 3));
    await expect(swapDatabases(host, swapOf(false, 2))).rejects.toMatchObject({ code: 'COMMAND_REVOKED' });
    expect(await served(host, machine)).toEqual(replaced);
  });

  it.each([false, true])('of which one does not start leaves all as before (backups: %s)', async (backups) => {
    machine.broken.add('new-2');
    await expect(swapDatabases(host, swapOf(backups))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: 'Two does not start',
    });
    expect(await served(host, machine)).toEqual(before);
    expect(await states()).toEqual(['managed', 'managed', 'staged', 'staged']);
    expect([...machine.running.keys()].sort()).toEqual(['old-1', 'old-2']);
    machine.broken.clear();
    await swapDatabases(host, swapOf(backups));
    expect(await served(host, machine)).toEqual(backups ? besideBackups : replaced);
  });

  it('of which one predecessor does not stop leaves all as before', async () => {
    machine.stuck.add('old-2');
    await expect(swapDatabases(host, swapOf(false))).rejects.toMatchObject({ message: 'Two does not stop' });
    expect(await served(host, machine)).toEqual(before);
  });

  it('goes on when a write that failed has reached the disk', async () => {
    let writes = 0;
    const change: Host['registry']['change'] = async (edit) => {
      const result = await host.registry.change(edit);
      writes += 1;
      // The third is the exchange, after the attempt and what ran.
      if (writes === 3) throw new Error('no space left');
      return result;
    };
    await swapDatabases({ ...host, registry: { ...host.registry, change } }, swapOf(false));
    expect(await served(host, machine)).toEqual(replaced);
  });

  it('forgets nothing that may still come back', async () => {
    await expect(swapDatabases(mortal(host, 7, 'after').host, swapOf(false))).rejects.toThrow();
    expect(await states()).toContain('replaced');
    await forgetReplaced(host);
    machine.broken.add('new-1');
    await recoverHost(host);
    expect(await served(host, machine)).toEqual(before);
  });

  it('cures a database that did not run, and does not ask of its backup what it could not do before', async () => {
    machine.running.delete('old-1');
    machine.broken.add('old-1');
    await swapDatabases(host, swapOf(true));
    expect(await served(host, machine)).toEqual(besideBackups.map((line) => line.replace(': old-1', ': nothing')));
  });

  it('has no outcome as long as a predecessor that ran does not come back', async () => {
    machine.broken.add('new-2').add('old-1');
    await expect(swapDatabases(host, swapOf(false))).rejects.toBeInstanceOf(Undecided);
    await expect(swapDatabases(host, swapOf(false, 2))).rejects.toBeInstanceOf(Undecided);
    machine.broken.delete('old-1');
    await expect(swapDatabases(host, swapOf(false, 2))).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    expect(await served(host, machine)).toEqual(before);
  });

  it.each([
    ['a copy nobody staged', { attach_id: 'attach-9' }, 'DB_NOT_FOUND'],
    ['another id', { database_id: '9' }, 'DB_NOT_FOUND'],
    ['the id of a staged one', { database_id: '8', db_name: 'staged-2' }, 'DB_NOT_FOUND'],
    ['another name', { db_name: 'other' }, 'DB_NOT_FOUND'],
    ['a backup name in use', { backup_name: 'TWO' }, 'DB_NAME_IS_IN_USE'],
    ['its own name as the backup name', { backup_name: 'ONE' }, 'DB_NAME_IS_IN_USE'],
  ])('that names %s is refused before anything stops', async (_what, change, code) => {
    const wanted = { swap_id: 'swap', attempt: 1, databases: [second, { ...first, ...change }] };
    await expect(swapDatabases(host, wanted)).rejects.toMatchObject({ code });
    expect(await served(host, machine)).toEqual(before);
    expect(await states()).toEqual(['managed', 'managed', 'staged', 'staged']);
  });

  it.each([
    ['a copy', [first, { ...second, attach_id: 'attach-1' }]],
    ['a database', [first, { ...first, attach_id: 'attach-2' }]],
    ['a backup name', swapOf(true).databases.map((part) => ({ ...part, backup_name: 'same' }))],
  ])('that names %s twice is refused', async (_what, databases) => {
    const swapping = swapDatabases(host, { swap_id: 'swap', attempt: 1, databases });
    await expect(swapping).rejects.toMatchObject({ code: 'ENGINE_FAILED', message: /twice/ });
    expect(await served(host, machine)).toEqual(before);
  });

  it('waits for no freeze: a frozen database is refused', async () => {
    const freeze = { freezeId: 'f', maxSeconds: 60, databases: [{ id: '6', freeze: aFrozenDatabase }] };
    await host.freezes.freeze(freeze);
    await expect(swapDatabases(host, swapOf(false))).rejects.toMatchObject({ message: 'database Two is frozen' });
    await host.freezes.thaw('f');
    await swapDatabases(host, swapOf(false));
    expect(await served(host, machine)).toEqual(replaced);
  });

  it('keeps no backup on a host that does not', async () => {
    host = await aHost(folder, machine, false);
    await expect(swapDatabases(host, swapOf(true))).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    expect(await served(host, machine)).toEqual(before);
    await swapDatabases(host, swapOf(false));
    expect(await served(host, machine)).toEqual(replaced);
  });
});

describe('a detach after a swap', () => {
  it('is refused by attach, and touches nothing', async () => {
    await swapDatabases(host, swapOf(false));
    const untouched = await host.registry.read();
    await expect(detachOf('attach-1', null)).rejects.toMatchObject({ code: 'DB_IN_SERVICE' });
    expect(await host.registry.read()).toEqual(untouched);
    expect(await swapDatabases(host, swapOf(false))).toHaveLength(2);
  });

  it('works by the id of the database, as ever', async () => {
    await swapDatabases(host, swapOf(false));
    expect(await detachOf(null, '5', 'one')).toBe(true);
    expect(await served(host, machine)).toEqual(['Two (6) at 20001: new-2']);
    expect([...machine.running.keys()]).toEqual(['new-2']);
  });
});

it('a registry written before there were swaps is read', async () => {
  const path = join(folder, 'registry.json');
  const content = JSON.parse(await readFile(path, 'utf8')) as { databases: Record<string, unknown>[]; swaps?: unknown };
  delete content.swaps;
  content.databases = content.databases
    .slice(0, 2)
    .map((record) => Object.fromEntries(Object.entries(record).filter(([key]) => !/^(swap_id|made_as)$/.test(key))));
  await writeFile(path, JSON.stringify(content));
  host = await aHost(folder, machine);
  for (const n of [1, 2]) await attachDatabase(host, attachOf(n));
  await swapDatabases(host, swapOf(false));
  expect(await served(host, machine)).toEqual(replaced);
});

function aFrozenDatabase() {
  return Promise.resolve({ restorePoint: '', release: () => Promise.resolve({ held: true, reason: '' }) });
}
