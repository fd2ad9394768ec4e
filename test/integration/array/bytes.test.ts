import {
  chownSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provision } from '../../../local/array/provision.ts';
import { RETENTION, type Reply } from './array-client.ts';
import { CREDENTIALS, startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
let first: string;
const HOST = 'db1';

const device = (serial: string): string => join(array.dataDir, 'hosts', HOST, serial);

beforeEach(async () => {
  array = await startedArray();
  const made = await provision(
    { ...array, ...CREDENTIALS },
    {
      volumeGroup: 'vg',
      volumes: [
        { name: 'data', sizeKib: 1_048_576 },
        { name: 'wal', sizeKib: 1_048_576 },
      ],
      host: { name: HOST, type: 'Linux', iqn: 'iqn.2026-01.test:db1' },
    },
  );
  [first = ''] = made.volumes.map(({ serial }) => device(serial));
});

afterEach(async () => {
  await array.stop();
});

async function create(
  shortName: string,
  source: string,
  more: object = {},
): Promise<{ id: number; body: Reply['body'] }> {
  const reply = await array.call('POST', '/snapshots', {
    short_name: shortName,
    source: { ref: source },
    retention_policy: RETENTION,
    ...more,
  });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return { id: reply.body.id, body: reply.body };
}

/** A mapped view of the snapshot: its paths on the host, in the order of the volumes. */
async function mappedView(name: string, snapshotId: number): Promise<{ id: number; paths: string[] }> {
  const view = await create(name, `/snapshots/${snapshotId}`, { is_exposable: true });
  const mapping = await array.call('POST', '/mappings', {
    host: { ref: '/hosts/1' },
    volume: { ref: `/snapshots/${view.id}` },
  });
  expect(mapping.status).toBe(201);
  const disks = (await array.call('GET', `/volsnaps?snapshot.ref=/snapshots/${view.id}`)).body.hits;
  return { id: view.id, paths: disks.map((disk: { scsi_sn: string }) => device(disk.scsi_sn)) };
}

describe('a snapshot', { timeout: 60_000 }, () => {
  it('keeps owner, mode, times and links of everything', async () => {
    const file = join(first, 'f');
    writeFileSync(file, 'content');
    chmodSync(file, 0o640);
    if (process.getuid?.() === 0) chownSync(file, 1234, 4321);
    utimesSync(file, 1_000_000, 2_000_000);
    symlinkSync('f', join(first, 'link'));
    const { paths } = await mappedView('w', (await create('s', '/volume_groups/2')).id);
    const copy = join(paths[0] ?? '', 'f');
    const [was, is] = [lstatSync(file), lstatSync(copy)];
    expect([is.uid, is.gid, is.mode, is.mtimeMs]).toEqual([was.uid, was.gid, was.mode, was.mtimeMs]);
    expect(readlinkSync(join(paths[0] ?? '', 'link'))).toBe('f');
    expect(lstatSync(join(array.dataDir, 'volumes')).mode & 0o005).toBe(0o005);
  });

  it('gives views that share nothing with their source or with each other', async () => {
    writeFileSync(join(first, 'f'), 'old');
    const snapshot = await create('s', '/volume_groups/2');
    writeFileSync(join(first, 'f'), 'new');
    const one = await mappedView('one', snapshot.id);
    const two = await mappedView('two', snapshot.id);
    writeFileSync(join(one.paths[0] ?? '', 'f'), 'written by one');
    const read = (folder: string | undefined) => readFileSync(join(folder ?? '', 'f'), 'utf8');
    expect([read(first), read(one.paths[0]), read(two.paths[0])]).toEqual(['new', 'written by one', 'old']);

    const ofView = await create('sov', `/snapshots/${one.id}`);
    expect((await array.call('GET', '/volume_groups/2')).body).toMatchObject({ snapshots_count: 2, views_count: 2 });
    writeFileSync(join(one.paths[0] ?? '', 'f'), 'written later');
    const three = await mappedView('three', ofView.id);
    expect(read(three.paths[0])).toBe('written by one');
    expect(three.paths).not.toEqual(one.paths);
  });

  it('gives a thin clone of one volume that is an ordinary volume', async () => {
    writeFileSync(join(first, 'f'), 'old');
    const snapshot = await create('s', '/volume_groups/2');
    const source = (await array.call('GET', '/volumes?name=data')).body.hits[0];
    const clone = await array.call('POST', '/volumes', {
      name: 'clone',
      volume_group: { ref: '/volume_groups/2' },
      source_volume: { ref: `/volumes/${source.id}` },
      source_snapshot: { ref: `/snapshots/${snapshot.id}` },
      is_thin_clone: 'true',
    });
    expect(clone.body).toMatchObject({ size: source.size, is_thin_clone: true });
    expect(readFileSync(join(array.dataDir, 'volumes', String(clone.body.id), 'f'), 'utf8')).toBe('old');
    expect((await array.call('DELETE', `/snapshots/${snapshot.id}`)).body.error_msg).toContain('still has thin clones');
    expect((await array.call('DELETE', `/volumes/${clone.body.id}`)).status).toBe(204);
  });
});

describe('taking away', () => {
  it('unmaps a view from the device root and removes the bytes with the object', async () => {
    const bytes = () => readdirSync(join(array.dataDir, 'volumes')).length;
    const snapshot = await create('s', '/volume_groups/2');
    const view = await mappedView('w', snapshot.id);
    expect(view.paths.map((path) => existsSync(path))).toEqual([true, true]);
    expect(bytes()).toBe(6);
    const mapping = (await array.call('GET', `/mappings?volume.ref=/snapshots/${view.id}`)).body.hits[0];
    await array.call('DELETE', `/mappings/${mapping.id}`);
    expect(view.paths.map((path) => existsSync(path))).toEqual([false, false]);
    await array.call('DELETE', `/snapshots/${view.id}`);
    await array.call('DELETE', `/snapshots/${snapshot.id}`);
    expect(bytes()).toBe(2);
    expect((await array.call('GET', '/__admin/usage')).body).toMatchObject({
      apparent_bytes: expect.any(Number),
      one_instant: process.platform === 'linux',
    });
  });
});

describe('after a restart', () => {
  it('has the same objects, ids, devices and certificate, and repairs what was tampered with', async () => {
    const snapshot = await create('s', '/volume_groups/2');
    const before = (await array.call('GET', '/volsnaps')).body;
    const certificate = readFileSync(array.caFile, 'utf8');
    writeFileSync(join(array.dataDir, 'volumes', 'half-made'), '');
    symlinkSync('nowhere', device('stray'));
    array = await array.restart();
    expect((await array.call('GET', '/volsnaps')).body).toEqual(before);
    expect(readFileSync(array.caFile, 'utf8')).toBe(certificate);
    expect(existsSync(first)).toBe(true);
    expect(existsSync(join(array.dataDir, 'volumes', 'half-made'))).toBe(false);
    expect(readdirSync(join(array.dataDir, 'hosts', HOST))).toHaveLength(2);
    expect((await create('next', '/volume_groups/2')).id).toBeGreaterThan(snapshot.id + 2);
  });
});

describe('the usage', () => {
  it('may be asked for several times at once, and leaves nothing behind, nor does an array that was killed', async () => {
    const before = readdirSync(join(array.dataDir, 'volumes'));
    const replies = await Promise.all(Array.from({ length: 12 }, () => array.call('GET', '/__admin/usage')));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(replies.map(({ body }) => body.copies)).size).toBe(1);
    expect(readdirSync(join(array.dataDir, 'volumes'))).toEqual(before);
    mkdirSync(join(array.dataDir, 'volumes', '.reflink-left'));
    array = await array.restart();
    expect(readdirSync(join(array.dataDir, 'volumes'))).toEqual(before);
  });
});
