import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendRow, readRows } from '../../../agent/engines/simulated/rows.ts';
import { createSimulatedEngine } from '../../../agent/engines/simulated/simulated-engine.ts';
import type { Engine } from '../../../agent/engines/engine.ts';
import { openDeviceRoot } from '../../../agent/host/device-root.ts';
import type { DatabaseRecord } from '../../../agent/registry/database-record.ts';

let root: string;
let engine: Engine;
const record = (
  name: string,
  data: string,
  log: string,
  target: DatabaseRecord['target_state'] = 'online',
): DatabaseRecord => ({
  id: '5',
  uid: 'uid-5',
  name,
  vendor: 'mssql',
  state: 'managed',
  maker: '',
  attach_id: null,
  swap_id: null,
  made_as: null,
  target_state: target,
  volumes: [
    { kind: 'data', serial: data },
    { kind: 'log', serial: log },
  ],
  port: null,
  created_ts: 1,
});
const source = {
  database_id: '5',
  database_name: 'orders',
  restore_point: '',
  volumes: [
    { source_serial: '1', serial: '3' },
    { source_serial: '2', serial: '4' },
  ],
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reprise-rows-'));
  for (const serial of ['1', '2']) await mkdir(join(root, serial));
  engine = createSimulatedEngine(openDeviceRoot(root));
  await engine.create(record('orders', '1', '2'), { superuserPassword: null });
});
afterEach(() => rm(root, { recursive: true }));

const copy = async (): Promise<void> => {
  await cp(join(root, '1'), join(root, '3'), { recursive: true });
  await cp(join(root, '2'), join(root, '4'), { recursive: true });
};

describe('a simulated database', () => {
  it('holds rows from many writers, and its copy the rows and a name of its own', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => appendRow(root, '1', n)));
    await copy();
    const volumes = await engine.inspectCopy(source);
    expect(volumes).toEqual([
      { kind: 'data', serial: '3' },
      { kind: 'log', serial: '4' },
    ]);
    const clone = record('copy', '3', '4');
    await engine.attach(clone, source);
    await appendRow(root, '3', 'mine');
    expect(new Set(await readRows(root, '3'))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 'mine']));
    expect(await readRows(root, '1')).toHaveLength(10);
    expect(await engine.describe(clone)).toMatchObject({ name: 'copy', vendor: 'mssql', status: 'ONLINE' });
  });

  it('is started under the name its record has now, with its rows; volumes without a database are not', async () => {
    await appendRow(root, '1', 1);
    await engine.start(record('renamed', '1', '2'));
    expect(await engine.describe(record('renamed', '1', '2'))).toMatchObject({ name: 'renamed', status: 'ONLINE' });
    expect(await readRows(root, '1')).toEqual([1]);
    await expect(engine.start(record('orders', '3', '4'))).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });

  it('takes no rows while frozen or restoring', async () => {
    const frozen = await engine.freeze(record('orders', '1', '2'), { freezeId: 'f', maxSeconds: 30 });
    await expect(appendRow(root, '1', 1, 0.05)).rejects.toThrow(/takes no rows/);
    const another = engine.freeze(record('orders', '1', '2'), { freezeId: 'g', maxSeconds: 30 });
    await expect(another).rejects.toMatchObject({ code: 'FREEZE_FAILED' });
    expect(await frozen.release()).toEqual({ held: true, reason: '' });
    await appendRow(root, '1', 1);
    await copy();
    const clone = record('copy', '3', '4', 'recovery');
    await engine.attach(clone, source);
    expect(await engine.describe(clone)).toMatchObject({ status: 'RESTORING' });
    await expect(appendRow(root, '3', 2)).rejects.toThrow(/no online database/);
  });

  it('frees its writers when the agent is dead, and the freeze was not held then', async () => {
    const frozen = await engine.freeze(record('orders', '1', '2'), { freezeId: 'f', maxSeconds: 0.02 });
    await appendRow(root, '1', 1, 5);
    expect(await frozen.release()).toMatchObject({ held: false });
  });

  it('recovers a row that was only in the log, and a torn one', async () => {
    await appendRow(root, '1', 1);
    await appendFile(join(root, '2', 'log.ndjson'), '2\n"to');
    await copy();
    await engine.attach(record('copy', '3', '4'), source);
    expect(await readRows(root, '3')).toEqual([1, 2]);
    await appendRow(root, '1', 3);
    expect(await readRows(root, '1')).toEqual([1, 2, 3]);
  });

  it('refuses volumes that do not belong together', async () => {
    await appendRow(root, '1', 1);
    await copy();
    await writeFile(join(root, '4', 'log.ndjson'), '');
    await expect(engine.attach(record('copy', '3', '4'), source)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    await writeFile(join(root, '3', 'database.json'), '{');
    await expect(engine.inspectCopy(source)).rejects.toMatchObject({ code: 'LAYOUT_NOT_SUPPORTED' });
    await rm(join(root, '3', 'database.json'));
    await expect(engine.inspectCopy(source)).rejects.toMatchObject({ code: 'LAYOUT_NOT_SUPPORTED' });
  });
});
