import { mkdtemp, rm } from 'node:fs/promises';
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provision } from '../../../local/array/provision.ts';
import type { ServerPrograms } from '../../../agent/engines/postgres/server-process.ts';
import { RETENTION } from './array-client.ts';
import {
  adoptCopy,
  makeCluster,
  postgresPrograms,
  startCluster,
  type ClusterPlaces,
  type RunningCluster,
} from './crash-cluster.ts';
import { CREDENTIALS, startedArray, type StartedArray } from './started-array.ts';

const SNAPSHOTS = 50;
/** Copies started side by side. */
const STARTS_AT_ONCE = 2;
const HOST = 'db1';

let array: StartedArray;
let programs: ServerPrograms;
let privateRoot: string;
const running = new Set<RunningCluster>();

const device = (serial: string): string => join(array.dataDir, 'hosts', HOST, serial);

async function start(places: ClusterPlaces, settings: Readonly<Record<string, string>>): Promise<RunningCluster> {
  const cluster = await startCluster(programs, places, settings);
  running.add(cluster);
  return cluster;
}

async function crash(cluster: RunningCluster): Promise<void> {
  await cluster.crash();
  running.delete(cluster);
}

beforeEach(async () => {
  array = await startedArray();
  programs = await postgresPrograms();
  // A socket's path must be short.
  privateRoot = await mkdtemp('/tmp/instant-');
  chmodSync(privateRoot, 0o755);
});

afterEach(async () => {
  for (const cluster of running) await crash(cluster);
  await array.stop();
  await rm(privateRoot, { recursive: true });
});

interface RowWriter {
  /** Number of the newest row whose commit the server has confirmed. */
  acknowledged(): number;
  end(): Promise<void>;
}

/**
 * Commits rows 1, 2, 3 … one after the other, without pause. Beside it one checkpoint follows the other: in between, the
 * data volume points to log that a copy of the other volume made a little earlier does not have.
 */
async function startRowWriter(source: RunningCluster): Promise<RowWriter> {
  const [client, checkpointer] = [await source.connect(), await source.connect()];
  await client.query('create table written (id bigint primary key, padding text not null)');
  let acknowledged = 0;
  let isEnding = false;
  const endlessly = async (work: () => Promise<unknown>): Promise<void> => {
    while (!isEnding) await work();
  };
  const working = [
    endlessly(async () => {
      await client.query("insert into written values ($1, repeat('x', 500))", [acknowledged + 1]);
      acknowledged += 1;
    }),
    endlessly(() => checkpointer.query('checkpoint')),
  ];
  return {
    acknowledged: () => acknowledged,
    end: async () => {
      isEnding = true;
      await Promise.all(working);
      await client.end();
      await checkpointer.end();
    },
  };
}

async function create(collection: string, body: object): Promise<string> {
  const reply = await array.call('POST', `/${collection}`, body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return `/${collection}/${String(reply.body.id)}`;
}

async function remove(path: string): Promise<void> {
  expect((await array.call('DELETE', path)).status).toBe(204);
}

/** Starts a cluster on the mapped view of a snapshot and compares its rows with what the source had confirmed before. */
async function checkView(name: string, view: string, acknowledged: number): Promise<void> {
  const disks = (await array.call('GET', `/volsnaps?snapshot.ref=${view}`)).body.hits;
  const [dataDisk = '', walDisk = ''] = disks.map((disk: { scsi_sn: string }) => device(disk.scsi_sn));
  const places = { dataDisk, walDisk, privateFolder: join(privateRoot, name) };
  adoptCopy(places);
  // What the copy itself would write again after a crash of its own is of no interest.
  const cluster = await start(places, { fsync: 'off' });
  const client = await cluster.connect();
  const { rows } = await client.query<{ kept: string; newest: string; all: string }>(
    'select count(*) filter (where id <= $1) as kept, max(id) as newest, count(*) as all from written',
    [acknowledged],
  );
  await client.end();
  expect(cluster.log()).toContain('automatic recovery in progress');
  expect(rows[0]).toMatchObject({ kept: String(acknowledged), all: rows[0]?.newest });
  await crash(cluster);
}

async function takeAndCheck(number: number, group: string, writer: RowWriter): Promise<void> {
  const acknowledged = writer.acknowledged();
  const common = { retention_policy: RETENTION };
  const snapshot = await create('snapshots', { ...common, short_name: `s${number}`, source: { ref: group } });
  const body = { ...common, short_name: `v${number}`, source: { ref: snapshot }, is_exposable: true };
  const view = await create('snapshots', body);
  const mapping = await create('mappings', { host: { ref: '/hosts/1' }, volume: { ref: view } });
  await checkView(`v${number}`, view, acknowledged);
  for (const path of [mapping, view, snapshot]) await remove(path);
}

describe.runIf(process.platform === 'linux')('PostgreSQL with data and write-ahead log on two volumes', () => {
  it(
    `starts from each of ${SNAPSHOTS} snapshots taken while it writes, with every row confirmed before`,
    { timeout: 300_000 },
    async () => {
      const volumes = ['data', 'wal'].map((name) => ({ name, sizeKib: 1_048_576 }));
      const host = { name: HOST, type: 'Linux', iqn: 'iqn.2026-01.test:db1' };
      const made = await provision({ ...array, ...CREDENTIALS }, { volumeGroup: 'vg', volumes, host });
      const [dataDisk = '', walDisk = ''] = made.volumes.map(({ serial }) => device(serial));
      const { account } = programs;
      if (account !== null) for (const disk of [dataDisk, walDisk]) chownSync(disk, account.uid, account.gid);
      const places = { dataDisk, walDisk, privateFolder: join(privateRoot, 'source') };
      await makeCluster(programs, places);
      const source = await start(places, {});
      const writer = await startRowWriter(source);
      const numbers = Array.from({ length: SNAPSHOTS }, (_, number) => number).values();
      const worker = async (): Promise<void> => {
        for (const number of numbers) await takeAndCheck(number, `/volume_groups/${made.volumeGroupId}`, writer);
      };
      try {
        await Promise.all(Array.from({ length: STARTS_AT_ONCE }, worker));
      } finally {
        await writer.end();
      }
      expect(writer.acknowledged()).toBeGreaterThan(SNAPSHOTS);
      expect(source.log()).toContain('checkpoint complete');
    },
  );
});
