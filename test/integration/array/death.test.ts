import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startArray, type ArrayProcess } from '../../../local/array/array-process.ts';
import { commandLineOf } from '../../../local/array/holder/processes.ts';
import { provision } from '../../../local/array/provision.ts';
import { arrayClient, eventually, RETENTION, type Call, type Reply } from './array-client.ts';
import { startWriter, type OrderedWriter } from './ordered-writer.ts';
import { CREDENTIALS, temporaryFolder } from './started-array.ts';

let dataDir: string;
let array: ArrayProcess;
let call: Call;
let writer: OrderedWriter;
const TIMEOUT_MS = 60_000;
/** Enough for a copy of them to be met. */
const SLOW_COPY_FILES = 8_000;

async function start(holdSeconds = 60): Promise<void> {
  array = await startArray({ dataDir, port: 0, ...CREDENTIALS, holdSeconds });
  call = await arrayClient({ ...array, ...CREDENTIALS });
}

async function startWithWriter(holdSeconds?: number): Promise<void> {
  await start(holdSeconds);
  const volumes = ['data', 'wal'].map((name) => ({ name, sizeKib: 1024 }));
  const host = { name: 'db1', type: 'Linux', iqn: 'iqn.2026-01.test:db1' };
  const made = await provision({ ...array, ...CREDENTIALS }, { volumeGroup: 'vg', volumes, host });
  const [first = '', second = ''] = made.volumes.map(({ serial }) => join(dataDir, 'hosts', 'db1', serial));
  writer = await startWriter(first, second);
}

const takeSnapshot = (): Promise<Reply> =>
  call('POST', '/snapshots', { short_name: 's', source: { ref: '/volume_groups/2' }, retention_policy: RETENTION });

/** A snapshot that stays in its middle: bytes copied, writers stopped, nothing recorded. */
async function snapshotHeldInTheMiddle(delayMs = 600_000): Promise<readonly [Promise<Reply | undefined>]> {
  await call('POST', '/__admin/faults', { call: 'POST snapshots', when: 'during', delay_ms: delayMs });
  const reply = takeSnapshot().catch(() => undefined);
  await eventually(() => (writer.isStopped() && bytes().length === 4 ? true : undefined));
  return [reply];
}

const bytes = (): string[] => readdirSync(join(dataDir, 'volumes'));
const writerRuns = () => eventually(() => (writer.isStopped() ? undefined : true));

/** The array's child whose command line holds the text. */
function childWith(text: string): number | undefined {
  const children = readFileSync(`/proc/${array.pid}/task/${array.pid}/children`, 'utf8').trim().split(' ').map(Number);
  return children.find((pid) => commandLineOf(pid).join(' ').includes(text));
}

const holderPid = (): number => childWith('holder/main.ts') ?? 0;

const isGone = (pid: number) => eventually(() => (readdirSync('/proc').includes(String(pid)) ? undefined : true));

beforeEach(async () => {
  dataDir = await temporaryFolder();
});

afterEach(async () => {
  await array.stop();
  await writer.end();
  await rm(dataDir, { recursive: true });
});

describe.runIf(process.platform === 'linux')('in the middle of a snapshot', { timeout: TIMEOUT_MS }, () => {
  it('the death of the array continues the writers and leaves nothing half-made', async () => {
    await startWithWriter();
    const holder = holderPid();
    const [reply] = await snapshotHeldInTheMiddle();
    process.kill(array.pid, 'SIGKILL');
    await writerRuns();
    await isGone(holder);
    expect(await reply).toBeUndefined();
    await start();
    expect((await call('GET', '/snapshots')).body.total).toBe(0);
    expect((await call('GET', '/volumes')).body.total).toBe(3);
    expect(bytes()).toHaveLength(2);
    expect((await takeSnapshot()).status).toBe(201);
  });

  it('the death of array and holder at the same moment continues the writers', async () => {
    await startWithWriter();
    const holder = holderPid();
    const [reply] = await snapshotHeldInTheMiddle();
    // Stopped first, so that it cannot notice the death of the array.
    process.kill(holder, 'SIGSTOP');
    process.kill(array.pid, 'SIGKILL');
    process.kill(holder, 'SIGKILL');
    await writerRuns();
    expect(await reply).toBeUndefined();
  });

  it('a copy that outlives the array is ended by the next start, and what it made is removed', async () => {
    await startWithWriter();
    const folder = join(dataDir, 'volumes', '3');
    for (let number = 0; number < SLOW_COPY_FILES; number += 1) writeFileSync(join(folder, `f${number}`), '');
    const reply = takeSnapshot().catch(() => undefined);
    const copy = await eventually(() => childWith(`${folder} `));
    // As slow as a copy of very much data.
    process.kill(copy, 'SIGSTOP');
    process.kill(array.pid, 'SIGKILL');
    expect(await reply).toBeUndefined();
    await start();
    await isGone(copy);
    expect(bytes()).toHaveLength(2);
  });

  it('the death of the holder continues the writers and fails the snapshot; the next one works', async () => {
    await startWithWriter();
    const [reply] = await snapshotHeldInTheMiddle(1000);
    process.kill(holderPid(), 'SIGKILL');
    await writerRuns();
    expect(await reply).toMatchObject({ status: 503 });
    expect(bytes()).toHaveLength(2);
    expect((await takeSnapshot()).status).toBe(201);
  });

  it('a deadline that passes continues the writers and fails the snapshot', async () => {
    await startWithWriter(1);
    const [reply] = await snapshotHeldInTheMiddle(1500);
    await writerRuns();
    expect(await reply).toMatchObject({
      status: 503,
      body: { error_msg: expect.stringContaining('had to be continued') },
    });
    expect(bytes()).toHaveLength(2);
    expect((await call('GET', '/snapshots')).body.total).toBe(0);
  });

  it('what is being copied cannot be taken away, nor made twice', async () => {
    await startWithWriter();
    const [reply] = await snapshotHeldInTheMiddle(1000);
    expect((await takeSnapshot()).body.error_msg).toContain('MC_ERR_INPROGRESS');
    expect((await call('DELETE', '/hosts/1')).status).toBe(400);
    expect((await call('PATCH', '/volume_groups/2', { name: 'other' })).body.error_msg).toContain('MC_ERR_BUSY');
    expect(await reply).toMatchObject({ status: 201 });
  });
});

describe.runIf(process.platform === 'linux')('an orderly end', { timeout: TIMEOUT_MS }, () => {
  it('ends the holder too and forgets nothing', async () => {
    await startWithWriter();
    const holder = holderPid();
    expect((await takeSnapshot()).status).toBe(201);
    await array.stop();
    await isGone(holder);
    await start();
    expect((await call('GET', '/snapshots?name=vg:s')).body.total).toBe(1);
  });
});
