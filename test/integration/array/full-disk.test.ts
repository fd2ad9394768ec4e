import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RETENTION, type Reply } from './array-client.ts';
import { startedArray, temporaryFolder, type StartedArray } from './started-array.ts';

/** Only root may mount a disk that is small enough to be filled. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;
const DISK = 'size=24m';
const DATA_BYTES = 6 * 1024 ** 2;

let root: string;
let array: StartedArray;

const at = (path: string): string => join(root, 'disk', path);

/** Writes until nothing more goes in. */
function fill(): void {
  const file = openSync(at('filler'), 'a');
  try {
    for (const bytes of [65_536, 4096])
      try {
        for (;;) writeSync(file, Buffer.alloc(bytes, 1));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
  } finally {
    closeSync(file);
  }
}

async function made(collection: string, body: object): Promise<string> {
  const reply = await array.call('POST', `/${collection}`, body);
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
  return `/${collection}/${reply.body.id}`;
}

const GROUP = '/volume_groups/2';
const snapshot = (short_name: string, source = GROUP) => ({
  ...{ short_name, source: { ref: source }, retention_policy: RETENTION },
});

const full = (reply: Reply): void => {
  expect(reply).toMatchObject({ status: 400, body: { error_msg: expect.stringContaining('the array is full') } });
};

const onDisk = (): string[] => readdirSync(at('data/volumes')).sort();

describe.runIf(canMount)('a disk that is really full', () => {
  beforeEach(async () => {
    root = await temporaryFolder();
    mkdirSync(join(root, 'disk'));
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', join(root, 'disk')]);
    array = await startedArray({ dataDir: at('data') });
    await made('volume_groups', { name: 'vg', quota: 0 });
    await made('volumes', { name: 'v', size: 1024, volume_group: { ref: GROUP } });
    const file = openSync(at('data/volumes/3/f'), 'w');
    writeSync(file, Buffer.alloc(DATA_BYTES, 7));
    closeSync(file);
  });

  afterEach(async () => {
    await array.stop();
    execFileSync('/bin/umount', ['--lazy', join(root, 'disk')]);
    await rm(root, { recursive: true });
  });

  it('refuses copies, leaves nothing of them, and goes on when there is room', async () => {
    const path = await made('snapshots', snapshot('s'));
    fill();
    const before = onDisk();
    full(await array.call('POST', '/snapshots', snapshot('s2')));
    full(await array.call('POST', '/snapshots', snapshot('w', path)));
    full(await array.call('PATCH', GROUP, { last_restored_from: { ref: path } }));
    expect(onDisk()).toEqual(before);
    expect((await array.call('GET', '/snapshots')).body.total).toBe(1);
    expect((await array.call('GET', GROUP)).body.last_restored_from).toBeNull();
    rmSync(at('filler'));
    expect((await array.call('PATCH', GROUP, { last_restored_from: { ref: path } })).status).toBe(200);
    expect((await array.call('POST', '/snapshots', snapshot('s2'))).status).toBe(201);
  });

  it('refuses records, holds on to nothing, and lets things be removed', async () => {
    fill();
    const description = 'x'.repeat(900);
    const names = Array.from({ length: 60 }, (_, index) => `g${index}`);
    const replies: Reply[] = [];
    for (const name of names) replies.push(await array.call('POST', '/volume_groups', { name, description }));
    const kept = replies.filter(({ status }) => status === 201);
    const refusals = replies.filter(({ status }) => status !== 201);
    expect(refusals.length).toBeGreaterThan(0);
    for (const reply of refusals) full(reply);
    expect((await array.call('GET', '/volume_groups?name__prefix=g')).body.total).toBe(kept.length);
    const before = onDisk();
    const volume = { name: 'late', size: 1, volume_group: { ref: GROUP }, description };
    if ((await array.call('POST', '/volumes', volume)).status !== 201) expect(onDisk()).toEqual(before);
    rmSync(at('filler'));
    const last = names.at(-1);
    expect((await array.call('POST', '/volume_groups', { name: last, description })).status).toBe(201);
  });
});
