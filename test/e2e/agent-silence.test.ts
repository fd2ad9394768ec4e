import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from './act/wait-until.ts';
import {
  acceptedTask,
  clone,
  databaseNamed,
  deleteClone,
  deleteSnapshot,
  ended,
  postClone,
  taskAt,
  type TaskAnswer,
} from './act/flex.ts';
import { connectSql, serverOn } from './act/sql.ts';
import { type Bed, type BedHost, hostOf, startBed } from './bed/bed.ts';
import { agentRegistry } from './look/agent-registry.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { type Footprint, footprint, settledFootprint } from './look/footprint.ts';
import { serversBelow } from './look/servers.ts';
import { taskRow } from './look/table.ts';

let bed: Bed;
let array: ArrayView;
let destination: BedHost;
let sourceId: string;
let clean: Footprint;

beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'pgprod1', vendor: 'postgres', databases: ['shop'] },
      { hostId: 'pgdev1', vendor: 'postgres', databases: [] },
    ],
    // An agent is silent after this, and so is one whose machine is busy: not too short.
    environment: { agentHeartbeatSeconds: 5 },
  });
  array = await viewArray(bed.array);
  destination = hostOf(bed, 'pgdev1');
  sourceId = (await databaseNamed(bed.api, 'pgprod1', 'shop')).id;
  // Something to recover from, so that an attach takes a moment.
  const sql = await connectSql(bed, await serverOn(hostOf(bed, 'pgprod1'), await array.serialOf('pgprod1-shop-data')));
  await sql.query("CREATE TABLE filler AS SELECT n, repeat('x', 200) AS text FROM generate_series(1, 50000) AS n");
  await sql.end();
}, 90_000);

afterAll(async () => {
  await array.close();
  await bed.stop();
}, 60_000);

beforeEach(async () => {
  clean = await footprint(bed, array);
});

const startClone = async (): Promise<TaskAnswer> =>
  acceptedTask(await postClone(bed.api, 'pgprod1', [{ host_id: 'pgdev1', db_id: sourceId, db_name: 'shop_dev' }]));

/** The agent's own notes on the host say that it is making a database. */
async function isAttaching(): Promise<true | undefined> {
  const { databases } = await agentRegistry(bed, 'pgdev1');
  return databases.some(({ state }) => state === 'making') ? true : undefined;
}

/** Waits until people are asked, with everything on the array still as the silent host may need it. */
async function expectNeedsAttention(task: TaskAnswer): Promise<void> {
  await waitUntil('the task to need attention', 40_000, async () =>
    (await taskRow(bed.table, task.request_id))['state'] === 'needs_attention' ? true : undefined,
  );
  const seen = await taskAt(bed.api, task.location);
  expect(seen.state).toBe('failed');
  expect(seen.error).toMatch(/agent of the host fell silent.*left behind: .*database shop_dev on host pgdev1/);
  const now = await footprint(bed, array);
  expect(now.array.mappings.length).toBeGreaterThan(clean.array.mappings.length);
  expect(now.devices['pgdev1']?.length).toBeGreaterThan(clean.devices['pgdev1']?.length ?? 0);
}

async function expectUndone(task: TaskAnswer): Promise<void> {
  await waitUntil('the task to fail', 30_000, async () =>
    (await taskRow(bed.table, task.request_id))['state'] === 'failed' ? true : undefined,
  );
  expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  const seen = await taskAt(bed.api, task.location);
  expect(seen).toMatchObject({ state: 'failed', result: null });
  expect(seen.error).toMatch(/agent of the host fell silent/);
  expect(seen.error).not.toMatch(/left behind/);
}

describe('an agent that falls silent', { timeout: 120_000 }, () => {
  it('before it attaches: people are asked, and once it is back nothing is left', async () => {
    await destination.stopAgent('SIGKILL');
    const task = await startClone();
    await expectNeedsAttention(task);
    expect(await serversBelow(destination.deviceRoot)).toEqual([]);
    destination.restartAgent();
    await expectUndone(task);
  });

  it('killed while it attaches: the same', async () => {
    const task = await startClone();
    await waitUntil('the attach to begin', 20_000, isAttaching, 2);
    await destination.stopAgent('SIGKILL');
    await expectNeedsAttention(task);
    destination.restartAgent();
    await expectUndone(task);
  });

  it('stopped while it attaches and then continued: the same, though it finished its work', async () => {
    const task = await startClone();
    await waitUntil('the attach to begin', 20_000, isAttaching, 2);
    process.kill(destination.agentPid(), 'SIGSTOP');
    try {
      await expectNeedsAttention(task);
    } finally {
      process.kill(destination.agentPid(), 'SIGCONT');
    }
    await expectUndone(task);
  });

  it('and killed only for a moment makes no difference', async () => {
    const task = await startClone();
    await waitUntil('the attach to begin', 20_000, isAttaching, 2);
    await destination.stopAgent('SIGKILL');
    destination.restartAgent();
    const done = await ended(bed.api, task);
    expect(done).toMatchObject({ state: 'completed', error: '' });
    expect(await serversBelow(destination.deviceRoot)).toHaveLength(1);
    await deleteClone(bed.api, 'pgdev1', done.result?.cloned_dbs?.[0]?.id ?? '');
    await deleteSnapshot(bed.api, done.result?.db_snapshot?.id ?? '');
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('while a clone is deleted: the deletion is finished when it is back', async () => {
    const made = await clone(bed.api, 'pgprod1', [{ host_id: 'pgdev1', db_id: sourceId, db_name: 'shop_dev' }]);
    await destination.stopAgent('SIGKILL');
    const body = { host_id: 'pgdev1', database_id: made.clones[0]?.id };
    const task = acceptedTask(await bed.api.call('DELETE', '/api/echo/v1/echo_dbs', body));
    await waitUntil('the silence to be noticed', 30_000, async () =>
      String((await taskRow(bed.table, task.request_id))['error']).includes('fell silent') ? true : undefined,
    );
    expect(await serversBelow(destination.deviceRoot)).toHaveLength(1);
    destination.restartAgent();
    await waitUntil('the deletion to end', 40_000, async () => {
      const { state } = await taskRow(bed.table, task.request_id);
      return state === 'done' || state === 'done_with_warning' ? true : undefined;
    });
    await deleteSnapshot(bed.api, made.snapshotId);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});
