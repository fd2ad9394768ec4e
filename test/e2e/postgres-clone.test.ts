import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from './act/wait-until.ts';
import {
  type CloneOptions,
  acceptedTask,
  clone,
  databaseNamed,
  deleteClone,
  ended,
  postClone,
  snapshotIds,
} from './act/flex.ts';
import { connectSql, numbers, serverOn, startRowWriter } from './act/sql.ts';
import { type Bed, hostOf, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { footprint, settledFootprint } from './look/footprint.ts';
import { serversBelow } from './look/servers.ts';

let bed: Bed;
let array: ArrayView;
let source: Client;
let sourceId: string;

beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'pgprod1', vendor: 'postgres', databases: ['shop'] },
      { hostId: 'pgdev1', vendor: 'postgres', databases: [] },
    ],
  });
  array = await viewArray(bed.array);
  source = await connectSql(bed, await serverOn(hostOf(bed, 'pgprod1'), await array.serialOf('pgprod1-shop-data')));
  sourceId = (await databaseNamed(bed.api, 'pgprod1', 'shop')).id;
}, 90_000);

afterAll(async () => {
  await source.end();
  await array.close();
  await bed.stop();
}, 60_000);

const destination = (name: string) => [{ host_id: 'pgdev1', db_id: sourceId, db_name: name }];

/** The only server of the destination host. */
async function cloneServer() {
  const servers = await serversBelow(hostOf(bed, 'pgdev1').deviceRoot);
  expect(servers).toHaveLength(1);
  const [server] = servers;
  if (server === undefined) throw new Error('no server');
  return server;
}

/** Clones while rows are written. `before`: rows acknowledged by the time the array was asked for its snapshot. */
async function cloneUnderLoad(table: string, name: string, options: CloneOptions) {
  const writer = await startRowWriter(source, table);
  await waitUntil('some rows', 10_000, () => Promise.resolve(writer.acknowledged() >= 50 ? true : undefined), 10);
  const delay = await array.fault({ call: 'POST snapshots', when: 'before', delay_ms: 500 });
  const task = acceptedTask(await postClone(bed.api, 'pgprod1', destination(name), options));
  await array.hasFired(delay);
  const before = writer.acknowledged();
  const done = await ended(bed.api, task);
  await writer.stop();
  await array.clearFaults();
  expect(done).toMatchObject({ state: 'completed', error: '' });
  return {
    before,
    written: writer.acknowledged(),
    id: done.result?.cloned_dbs?.[0]?.id ?? '',
    snapshotId: done.result?.db_snapshot?.id ?? '',
  };
}

const oneTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('a clone of a PostgreSQL database that is written to', { timeout: 60_000 }, () => {
  it.each(['application', 'crash'] as const)(
    'at %s level holds every acknowledged row and leaves nothing when deleted',
    async (level) => {
      const table = `rows_${level}`;
      const clean = await footprint(bed, array);
      const made = await cloneUnderLoad(table, `shop_${level}`, { consistency_level: level });

      const sql = await connectSql(bed, await cloneServer());
      const rows = await numbers(sql, `SELECT n FROM ${table} ORDER BY n`);
      expect(rows.length).toBeGreaterThanOrEqual(made.before);
      expect(rows).toEqual(oneTo(rows.length));
      expect(rows.length).toBeLessThan(made.written);

      await sql.query(`INSERT INTO ${table} VALUES (-1, 'written in the clone')`);
      expect(await numbers(source, `SELECT count(*) FROM ${table} WHERE n < 0`)).toEqual([0]);
      expect(await numbers(source, `SELECT n FROM ${table} ORDER BY n`)).toEqual(oneTo(made.written));
      await sql.end();

      await deleteClone(bed.api, 'pgdev1', made.id);
      expect(await serversBelow(hostOf(bed, 'pgdev1').deviceRoot)).toEqual([]);
      const answer = await bed.api.call('DELETE', `/api/echo/v1/db_snapshots/${made.snapshotId}`);
      expect(answer).toMatchObject({ status: 204, body: undefined });
      expect(await settledFootprint(bed, array, clean)).toEqual(clean);
    },
  );

  it('with target_state recovery is a standby that takes no writes', async () => {
    const clean = await footprint(bed, array);
    const made = await clone(bed.api, 'pgprod1', destination('shop_standby'), { target_state: 'recovery' });
    const sql = await connectSql(bed, await cloneServer());
    expect((await sql.query('SELECT pg_is_in_recovery() AS standby')).rows).toEqual([{ standby: true }]);
    await expect(sql.query('CREATE TABLE refused (n int)')).rejects.toThrow(/read-only|recovery/);
    await sql.end();
    await deleteClone(bed.api, 'pgdev1', made.clones[0]?.id ?? '');

    const answer = await bed.api.call('DELETE', `/api/echo/v1/db_snapshots/${made.snapshotId}`, undefined, {
      accept: 'application/json',
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      state: 'completed',
      command_type: 'DeleteDBSnapshotCommand',
      result: null,
      error: '',
    });
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});

describe('a freeze whose session is ended by somebody else', { timeout: 60_000 }, () => {
  it('gives no snapshot: it is taken again', async () => {
    const clean = await footprint(bed, array);
    const delay = await array.fault({ call: 'POST snapshots', when: 'before', delay_ms: 700 });
    const task = acceptedTask(await postClone(bed.api, 'pgprod1', destination('shop_twice')));
    await array.hasFired(delay);
    const killed = await source.query(
      "SELECT pg_terminate_backend(pid) AS killed FROM pg_stat_activity WHERE application_name = 'reprise-freeze'",
    );
    expect(killed.rows).toEqual([{ killed: true }]);
    const done = await ended(bed.api, task);
    expect(done).toMatchObject({ state: 'completed', error: '' });

    // Two were taken; the one without a freeze is gone, and only the second is recorded and served.
    expect(await array.groupSnapshots()).toHaveLength(1);
    expect(await snapshotIds(bed.api)).toEqual([done.result?.db_snapshot?.id]);
    await deleteClone(bed.api, 'pgdev1', done.result?.cloned_dbs?.[0]?.id ?? '');
    expect(
      (await bed.api.call('DELETE', `/api/echo/v1/db_snapshots/${done.result?.db_snapshot?.id ?? ''}`)).status,
    ).toBe(204);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});
