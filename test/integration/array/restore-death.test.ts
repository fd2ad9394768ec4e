import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArrayProcess } from '../../../local/array/array-process.ts';
import { provision } from '../../../local/array/provision.ts';
import { arrayClient, RETENTION, type Call } from './array-client.ts';
import { mortalArrays, type MortalArrays } from './mortal-array.ts';
import { CREDENTIALS, temporaryFolder } from './started-array.ts';

let dataDir: string;
let arrays: MortalArrays;
let array: ArrayProcess;
let call: Call;
let folders: string[];
let snapshot: { readonly ref: string };

const write = (text: string): void => {
  for (const folder of folders) writeFileSync(join(folder, 'f'), text);
};
const read = (): string[] => folders.map((folder) => readFileSync(join(folder, 'f'), 'utf8'));
const restore = () => call('PATCH', '/volume_groups/2', { last_restored_from: snapshot });

async function start(): Promise<void> {
  array = await arrays.start();
  call = await arrayClient({ ...array, ...CREDENTIALS });
}

/** The time of the last restore, after a look that group, volumes and directories agree about it. */
async function lastRestored(): Promise<number | null> {
  const group = (await call('GET', '/volume_groups/2')).body;
  for (const volume of (await call('GET', '/volumes?volume_group.ref=/volume_groups/2')).body.hits)
    expect(volume).toMatchObject({
      last_restored_from: group.last_restored_from,
      last_restored_time: group.last_restored_time,
    });
  expect(readdirSync(join(dataDir, 'volumes')).filter((name) => name.startsWith('.'))).toEqual([]);
  return group.last_restored_time;
}

beforeEach(async () => {
  dataDir = await temporaryFolder();
  arrays = mortalArrays(dataDir, /\.(restore|replaced)-/);
  await start();
  const volumes = ['data', 'wal'].map((name) => ({ name, sizeKib: 1024 }));
  const host = { name: 'db1', type: 'Linux', iqn: 'iqn.2026-01.test:db1' };
  const made = await provision({ ...array, ...CREDENTIALS }, { volumeGroup: 'vg', volumes, host });
  folders = made.volumes.map(({ serial }) => join(dataDir, 'hosts', 'db1', serial));
  write('old');
  const body = { short_name: 's', source: { ref: '/volume_groups/2' }, retention_policy: RETENTION };
  snapshot = { ref: `/snapshots/${String((await call('POST', '/snapshots', body)).body.id)}` };
});

afterEach(async () => {
  await array.stop();
  await rm(dataDir, { recursive: true });
});

/** Two volumes: four removals before the copies, the note, four renames, the records, four removals. */
const REMOVALS_BEFORE = 4;
const CHANGES = 12;

describe('a restore that kill -9 cuts off', { timeout: 120_000 }, () => {
  it('is whole or not there at all after the next start, wherever it was', async () => {
    for (let nth = 1; nth <= CHANGES; nth += 1) {
      const before = await lastRestored();
      write('new');
      arrays.dieAt(nth);
      await expect(restore(), `change ${nth}`).rejects.toThrow();
      await start();
      const isRestored = (await lastRestored()) !== before;
      expect([nth, isRestored, ...read()]).toEqual(
        nth <= REMOVALS_BEFORE ? [nth, false, 'new', 'new'] : [nth, true, 'old', 'old'],
      );
    }
    write('new');
    arrays.dieAt(CHANGES + 1);
    expect((await restore()).status).toBe(200);
    expect(arrays.isWaiting()).toBe(true);
    rmSync(join(dataDir, 'die-at'));
  });

  it('is finished by a later start when the next one is cut off too', async () => {
    write('new');
    arrays.dieAt(REMOVALS_BEFORE + 1);
    await expect(restore()).rejects.toThrow();
    for (let nth = 1; nth <= 4; nth += 1) {
      // One rename further each time: the first of this start is the second of the restore, and so on.
      arrays.dieAt(nth === 1 ? 1 : 2);
      await expect(arrays.start(), `start ${nth}`).rejects.toThrow('before it was ready');
    }
    await start();
    expect(await lastRestored()).not.toBeNull();
    expect(read()).toEqual(['old', 'old']);
  });
});
