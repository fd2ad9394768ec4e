/** A refresh whose agent dies in the middle of it, or whose copies do not serve: never a host without its database. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acceptedTask, clone, databaseNamed, deleteClone, deleteSnapshot, ended, type TaskAnswer } from './act/flex.ts';
import { lineageOn, postRefresh, takeSnapshot } from './act/snapshots.ts';
import { connectSql, numbers, numbersAt, serverNamed } from './act/sql.ts';
import { waitUntil } from './act/wait-until.ts';
import { type Bed, type BedHost, hostOf, startBed } from './bed/bed.ts';
import { type AgentRegistry, agentRegistry } from './look/agent-registry.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { type Footprint, footprint, settledFootprint } from './look/footprint.ts';
import { serversBelow } from './look/servers.ts';

type Swap = AgentRegistry['swaps'][number];

const names = ['shop_dev', 'shop_qa'] as const;

let bed: Bed;
let array: ArrayView;
let shop: Client;
let shopId: string;
let dev: BedHost;
let clean: Footprint;
let cloned: Awaited<ReturnType<typeof clone>>;
let snapshotId: string;

beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'pgprod1', vendor: 'postgres', databases: ['shop'] },
      { hostId: 'pgdev1', vendor: 'postgres', databases: [] },
    ],
    // The last poll of a killed agent may take a command along, which is sent again after this.
    environment: { agentHeartbeatSeconds: 5 },
  });
  array = await viewArray(bed.array);
  dev = hostOf(bed, 'pgdev1');
  shopId = (await databaseNamed(bed.api, 'pgprod1', 'shop')).id;
  shop = await connectSql(bed, await serverNamed(bed, 'pgprod1', 'shop'));
  await shop.query('CREATE TABLE day AS SELECT 1 AS n');
}, 90_000);

afterAll(async () => {
  await shop.end();
  await array.close();
  await bed.stop();
}, 60_000);

/** Two clones of the first day, and a snapshot of the second. */
beforeEach(async () => {
  clean = await footprint(bed, array);
  await shop.query('UPDATE day SET n = 1');
  const destinations = names.map((name) => ({ host_id: 'pgdev1', db_id: shopId, db_name: name }));
  cloned = await clone(bed.api, 'pgprod1', destinations);
  await shop.query('UPDATE day SET n = 2');
  snapshotId = await takeSnapshot(bed.api, 'pgprod1', [shopId]);
});

/** A running server does not look at it, one that starts refuses to. */
const noVersion = '6\n';

const startRefresh = async () =>
  acceptedTask(await postRefresh(bed.api, 'pgdev1', { snapshot_id: snapshotId, db_names: names }));

/** Looks at the agent's own notes until they are so. */
const noted = (what: string, isSo: (notes: AgentRegistry) => boolean): Promise<AgentRegistry> =>
  waitUntil(
    what,
    20_000,
    async () => {
      const notes = await agentRegistry(bed, 'pgdev1');
      return isSo(notes) ? notes : undefined;
    },
    2,
  );

async function expectDay(day: number, lineage: string): Promise<void> {
  for (const name of names)
    expect(await numbersAt(bed, await serverNamed(bed, 'pgdev1', name), 'SELECT n FROM day')).toEqual([day]);
  expect(await serversBelow(dev.deviceRoot)).toHaveLength(names.length);
  expect(await lineageOn(bed.api, 'pgdev1')).toEqual(cloned.clones.map(({ id, name }) => [name, id, lineage]));
}

async function expectFailed(task: TaskAnswer, why: RegExp): Promise<void> {
  const failed = await ended(bed.api, task);
  expect(failed).toMatchObject({ state: 'failed', result: null });
  expect(failed.error).toMatch(why);
  expect(failed.error).not.toMatch(/left behind/);
}

async function expectNothingLeft(): Promise<void> {
  for (const { id } of cloned.clones) await deleteClone(bed.api, 'pgdev1', id);
  for (const id of [cloned.snapshotId, snapshotId]) await deleteSnapshot(bed.api, id);
  expect(await settledFootprint(bed, array, clean)).toEqual(clean);
}

/** By a session that does not end when its server is told to stop, until it is let go. */
async function holdServer(name: string): Promise<{ readonly letGo: () => Promise<void> }> {
  const client = await connectSql(bed, await serverNamed(bed, 'pgdev1', name));
  const [pid = 0] = await numbers(client, 'SELECT pg_backend_pid()');
  process.kill(pid, 'SIGSTOP');
  let isHeld = true;
  return {
    letGo: async () => {
      if (!isHeld) return;
      isHeld = false;
      process.kill(pid, 'SIGCONT');
      await client.end();
    },
  };
}

/** Waits for a swap that has come so far, and no further when the agent is dead. */
async function killAgentWhen(isThen: (swap: Swap) => boolean): Promise<void> {
  await noted('the swap to have come so far', ({ swaps }) => swaps.some(isThen));
  await dev.stopAgent('SIGKILL');
  expect((await agentRegistry(bed, 'pgdev1')).swaps.filter(isThen)).toHaveLength(1);
}

async function expectCompleted(task: TaskAnswer): Promise<void> {
  expect(await ended(bed.api, task)).toMatchObject({ state: 'completed', error: '' });
  await expectDay(2, snapshotId);
  await expectNothingLeft();
}

describe('an agent killed while it swaps databases', { timeout: 180_000 }, () => {
  it('that it has not all stopped: the refresh completes once it is back', async () => {
    const { letGo } = await holdServer('shop_dev');
    try {
      const task = await startRefresh();
      await killAgentWhen(({ ran, undo }) => ran.length > 0 && undo.length === 0);
      await letGo();
      dev.restartAgent();
      await expectCompleted(task);
    } finally {
      await letGo();
    }
  });

  it('before the new ones have proved that they run: the refresh completes once it is back', async () => {
    const task = await startRefresh();
    await killAgentWhen(({ undo }) => undo.length > 0);
    dev.restartAgent();
    await expectCompleted(task);
  });
});

describe('a refresh whose copy does not serve', { timeout: 180_000 }, () => {
  it('fails before the swap when the snapshot is no database that starts', async () => {
    const source = await serverNamed(bed, 'pgprod1', 'shop');
    const versionFile = join(source.dataDirectory, 'PG_VERSION');
    const version = await readFile(versionFile);
    await writeFile(versionFile, noVersion);
    const broken = await takeSnapshot(bed.api, 'pgprod1', [shopId], 'crash');
    await writeFile(versionFile, version);
    const before = await footprint(bed, array);
    const task = acceptedTask(await postRefresh(bed.api, 'pgdev1', { snapshot_id: broken, db_names: names }));
    await expectFailed(task, /could not attach: PostgreSQL did not start/);
    expect(await settledFootprint(bed, array, before)).toEqual(before);
    await expectDay(1, cloned.snapshotId);
    await deleteSnapshot(bed.api, broken);
    await expectNothingLeft();
  });

  it('takes the swap back when one of two does not start in its place', async () => {
    const before = await footprint(bed, array);
    const running = await serversBelow(dev.deviceRoot);
    const task = await startRefresh();
    const notes = await noted('a copy to be staged', ({ databases }) =>
      databases.some(({ state }) => state === 'staged'),
    );
    process.kill(dev.agentPid(), 'SIGSTOP');
    try {
      const copy = notes.databases.find(({ state }) => state === 'staged');
      const serial = copy?.volumes.find(({ kind }) => kind === 'data')?.serial ?? '';
      await writeFile(join(dev.deviceRoot, serial, 'data', 'PG_VERSION'), noVersion);
    } finally {
      process.kill(dev.agentPid(), 'SIGCONT');
    }
    await expectFailed(task, /could not swap: PostgreSQL did not start/);
    expect(await settledFootprint(bed, array, before)).toEqual(before);
    // Both had been stopped, and serve again.
    const pids = new Set(running.map(({ pid }) => pid));
    expect((await serversBelow(dev.deviceRoot)).filter(({ pid }) => pids.has(pid))).toEqual([]);
    await expectDay(1, cloned.snapshotId);
    await expectNothingLeft();
  });
});
