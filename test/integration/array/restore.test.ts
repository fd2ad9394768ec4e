import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provision } from '../../../local/array/provision.ts';
import { eventually, RETENTION, type Reply } from './array-client.ts';
import { CREDENTIALS, startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
let folders: string[];
let volumeIds: number[];
const GROUP = '/volume_groups/2';

beforeEach(async () => {
  array = await startedArray();
  const made = await provision(
    { ...array, ...CREDENTIALS },
    {
      volumeGroup: 'vg',
      volumes: ['data', 'wal'].map((name) => ({ name, sizeKib: 1024 })),
      host: { name: 'db1', type: 'Linux', iqn: 'iqn.2026-01.test:db1' },
    },
  );
  folders = made.volumes.map(({ serial }) => join(array.dataDir, 'hosts', 'db1', serial));
  volumeIds = made.volumes.map(({ id }) => id);
});

afterEach(async () => {
  await array.stop();
});

const write = (text: string): void => {
  for (const folder of folders) writeFileSync(join(folder, 'f'), text);
};
const read = (): string[] => folders.map((folder) => readFileSync(join(folder, 'f'), 'utf8'));

async function create(shortName: string, source = GROUP, more: object = {}): Promise<string> {
  const body = { short_name: shortName, source: { ref: source }, retention_policy: RETENTION, ...more };
  const reply = await array.call('POST', '/snapshots', body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return `/snapshots/${String(reply.body.id)}`;
}

const restore = (snapshot: string, more: object = {}): Promise<Reply> =>
  array.call('PATCH', GROUP, { ...more, last_restored_from: { ref: snapshot } });

async function addVolume(name: string): Promise<void> {
  const reply = await array.call('POST', '/volumes', { name, size: 1024, volume_group: { ref: GROUP } });
  expect(reply.status).toBe(201);
}

/** Volumes, and nothing beside them. */
const directories = (): string[] => readdirSync(join(array.dataDir, 'volumes'));

async function expectRefusal(reply: Reply, text: string): Promise<void> {
  expect(reply).toMatchObject({ status: 400, body: { error_msg: expect.stringContaining(text) } });
  expect(read()).toEqual(['new', 'new']);
  expect(directories().filter((name) => name.startsWith('.'))).toEqual([]);
  expect((await array.call('GET', GROUP)).body).toMatchObject({ last_restored_from: null, last_restored_time: null });
}

describe('a restore of a group in place', () => {
  it('gives every volume the bytes of the snapshot, says so on group and volumes, and can be repeated', async () => {
    write('old');
    const snapshot = await create('s');
    write('new');
    writeFileSync(join(folders[0] ?? '', 'later'), '');
    const reply = await restore(snapshot, { description: 'restored' });
    expect(reply).toMatchObject({
      status: 200,
      body: {
        name: 'vg',
        description: 'restored',
        last_restored_from: { ref: snapshot },
        last_restored_time: expect.any(Number),
      },
    });
    expect(read()).toEqual(['old', 'old']);
    expect(readdirSync(folders[0] ?? '')).toEqual(['f']);
    for (const id of volumeIds)
      expect((await array.call('GET', `/volumes/${id}`)).body).toMatchObject({
        last_restored_from: { ref: snapshot },
        last_restored_time: reply.body.last_restored_time,
      });
    write('newer');
    expect((await restore(snapshot)).body.last_restored_time).toBeGreaterThan(reply.body.last_restored_time);
    expect(read()).toEqual(['old', 'old']);
    expect(directories()).toHaveLength(4);
    // The snapshot is as good as before, and what says nothing about a restore does none.
    write('newest');
    await array.call('PATCH', GROUP, { description: 'x', last_restored_from: null });
    expect(read()).toEqual(['newest', 'newest']);
    expect((await array.call('GET', GROUP)).body.last_restored_from).toEqual({ ref: snapshot });
  });

  it('works from a snapshot of a view, and not from the view, whose bytes change', async () => {
    write('new');
    const view = await create('v', await create('s'), { is_exposable: true });
    for (const { id } of (await array.call('GET', `/volsnaps?snapshot.ref=${view}`)).body.hits)
      writeFileSync(join(array.dataDir, 'volumes', String(id), 'f'), 'of the view');
    const ofView = await create('sov', view);
    await expectRefusal(await restore(view), 'a view');
    expect((await restore(ofView)).status).toBe(200);
    expect(read()).toEqual(['of the view', 'of the view']);
  });

  it('is refused when the snapshot is not of exactly these volumes', async () => {
    write('new');
    const before = await create('s');
    await addVolume('late');
    await expectRefusal(await restore(before), 'does not hold volume late');
    await array.call('POST', '/volume_groups', { name: 'other', quota: 0 });
    const other = (await array.call('GET', '/volume_groups?name=other')).body.hits[0];
    const volume = { name: 'o', size: 1024, volume_group: { ref: `/volume_groups/${String(other.id)}` } };
    expect((await array.call('POST', '/volumes', volume)).status).toBe(201);
    await expectRefusal(
      await restore(await create('so', `/volume_groups/${String(other.id)}`)),
      'another volume group',
    );
    await expectRefusal(await restore('/snapshots/4711'), 'does not exist');
    await expectRefusal(await restore(GROUP), 'not possible here');
  });

  it('is refused while a snapshot of the group is made', async () => {
    write('new');
    const snapshot = await create('s');
    await array.call('POST', '/__admin/faults', { call: 'POST snapshots', when: 'during', delay_ms: 300 });
    const making = create('slow');
    await eventually(() => (directories().length === 6 ? true : undefined));
    await expectRefusal(await restore(snapshot), 'MC_ERR_BUSY');
    await making;
    expect((await restore(snapshot)).status).toBe(200);
  });
});

describe.runIf(process.platform === 'linux')('a restore while somebody has files open', () => {
  let user: ChildProcess;

  afterEach(() => {
    user.kill('SIGKILL');
  });

  it('is refused and names the process; it works once the process has ended', async () => {
    write('old');
    const snapshot = await create('s');
    write('new');
    user = spawn('tail', ['-f', join(folders[1] ?? '', 'f')], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(user.stdout ?? user, 'data');
    await expectRefusal(await restore(snapshot), `tail (${user.pid ?? ''})`);
    const ended = once(user, 'exit');
    user.kill();
    await ended;
    expect((await restore(snapshot)).status).toBe(200);
    expect(read()).toEqual(['old', 'old']);
  });
});
