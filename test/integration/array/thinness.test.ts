import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startArray, type ArrayProcess } from '../../../local/array/array-process.ts';
import { arrayClient, RETENTION, type Call } from './array-client.ts';
import { reflinkFolder, type Folder } from './reflink-folder.ts';
import { CREDENTIALS } from './started-array.ts';

const MIB = 1024 ** 2;
const THIN_VOLUME_MIB = 1024;
const FULL_VOLUME_MIB = 16;
const MOST_ADDED_BYTES = 5 * MIB;
const WRITTEN_MIB = 32;

let folder: Folder;
let array: ArrayProcess | undefined;
let call: Call;

beforeEach(async () => {
  folder = await reflinkFolder();
  array = undefined;
  array = await startArray({ dataDir: folder.path, port: 0, ...CREDENTIALS });
  call = await arrayClient({ ...array, ...CREDENTIALS });
});

afterEach(async () => {
  await array?.stop();
  await folder.remove();
});

async function create(collection: string, body: object): Promise<number> {
  const reply = await call('POST', `/${collection}`, body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body.id;
}

const snapshotOf = (source: string, shortName: string, isExposable: boolean): Promise<number> =>
  create('snapshots', {
    short_name: shortName,
    source: { ref: source },
    retention_policy: RETENTION,
    is_exposable: isExposable,
  });

async function firstDisk(snapshotId: number): Promise<string> {
  const { hits } = (await call('GET', `/volsnaps?snapshot.ref=/snapshots/${snapshotId}`)).body;
  return join(folder.path, 'volumes', String(hits[0].id));
}

/** Bytes that no compression and no deduplication could make less. */
function write(path: string, sizeMib: number): void {
  const file = openSync(path, 'r+');
  for (let written = 0; written < sizeMib; written += 1) writeSync(file, randomFillSync(Buffer.alloc(MIB)));
  fsyncSync(file);
  closeSync(file);
}

async function usageOf(id: number) {
  execFileSync('sync', ['-f', folder.path]);
  return (await call('GET', `/__admin/usage/${id}`)).body;
}

describe('a clone of a volume', { timeout: 180_000 }, () => {
  it('adds next to nothing where blocks can be shared, and is reported as a full copy elsewhere', async () => {
    const { copies } = (await call('GET', '/__admin/usage')).body;
    if (folder.isReflink) expect(copies).toBe('shared');
    const sizeMib = copies === 'shared' ? THIN_VOLUME_MIB : FULL_VOLUME_MIB;
    const group = `/volume_groups/${await create('volume_groups', { name: 'vg', quota: 0 })}`;
    const volume = await create('volumes', { name: 'v', size: sizeMib * 1024, volume_group: { ref: group } });
    const file = join(folder.path, 'volumes', String(volume), 'table');
    closeSync(openSync(file, 'w'));
    write(file, sizeMib);
    const before = await usageOf(volume);
    expect(before).toMatchObject({ shared_bytes: 0, unique_bytes: before.apparent_bytes });

    const view = await snapshotOf(`/snapshots/${await snapshotOf(group, 's', false)}`, 'clone', true);
    const after = await usageOf(view);
    expect(after.apparent_bytes).toBeGreaterThanOrEqual(sizeMib * MIB);
    const added = before.file_system.free_bytes - after.file_system.free_bytes;
    if (copies === 'full') {
      expect(after).toMatchObject({ copies: 'full', shared_bytes: 0, unique_bytes: after.apparent_bytes });
      return;
    }
    expect(added).toBeLessThan(MOST_ADDED_BYTES);
    expect(after.unique_bytes).toBeLessThan(MOST_ADDED_BYTES);
    expect(after.shared_bytes).toBeGreaterThanOrEqual(sizeMib * MIB);

    write(join(await firstDisk(view), 'table'), WRITTEN_MIB);
    const written = await usageOf(view);
    expect(written.unique_bytes - after.unique_bytes).toBeGreaterThanOrEqual(WRITTEN_MIB * MIB);
    expect(written.unique_bytes - after.unique_bytes).toBeLessThan(WRITTEN_MIB * MIB + MOST_ADDED_BYTES);
    expect((await usageOf(volume)).unique_bytes).toBeLessThan(MOST_ADDED_BYTES);
    expect((await call('GET', '/__admin/usage/4711')).status).toBe(404);
  });
});
