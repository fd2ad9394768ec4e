import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from './act/wait-until.ts';
import { acceptedTask, databaseNamed, deleteClone, deleteSnapshot, ended, postClone } from './act/flex.ts';
import { connectSql, numbers, serverOn, startRowWriter } from './act/sql.ts';
import { type Bed, hostOf, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { footprint, settledFootprint } from './look/footprint.ts';
import { serversBelow, stoppedBelow } from './look/servers.ts';

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

const stoppedServers = () => stoppedBelow(bed.dataDir);

describe('the array is killed in the middle of a snapshot', { timeout: 90_000 }, () => {
  it.each([
    { level: 'application', goneMs: 0 },
    { level: 'crash', goneMs: 4000 },
  ] as const)(
    'at $level level, for $goneMs ms: no process stays stopped, and the clone is made or undone',
    async ({ level, goneMs }) => {
      const clean = await footprint(bed, array);
      const table = `rows_${level}`;
      const writer = await startRowWriter(source, table);
      await array.fault({ call: 'POST snapshots', when: 'during', delay_ms: 600_000 });
      const destination = { host_id: 'pgdev1', db_id: sourceId, db_name: `after_${level}` };
      const task = acceptedTask(await postClone(bed.api, 'pgprod1', [destination], { consistency_level: level }));
      await waitUntil(
        'the source to be held',
        20_000,
        async () => ((await stoppedServers()).length > 0 ? true : undefined),
        10,
      );

      await bed.killArray();
      await waitUntil(
        'every process to go on',
        5000,
        async () => ((await stoppedServers()).length === 0 ? true : undefined),
        10,
      );
      const held = writer.acknowledged();
      await waitUntil(
        'rows to be written again',
        5000,
        () => Promise.resolve(writer.acknowledged() > held ? true : undefined),
        10,
      );
      // How long the array is away is what the case is about.
      await pause(goneMs);
      await bed.reviveArray();
      const done = await ended(bed.api, task);
      await writer.stop();

      if (done.state === 'completed') {
        const [server] = await serversBelow(hostOf(bed, 'pgdev1').deviceRoot);
        if (server === undefined) throw new Error('no clone runs');
        const sql = await connectSql(bed, server);
        const rows = await numbers(sql, `SELECT n FROM ${table} ORDER BY n`);
        await sql.end();
        expect(rows).toEqual(rows.map((_, index) => index + 1));
        expect(rows.length).toBeGreaterThanOrEqual(held);
        await deleteClone(bed.api, 'pgdev1', done.result?.cloned_dbs?.[0]?.id ?? '');
        await deleteSnapshot(bed.api, done.result?.db_snapshot?.id ?? '');
      } else {
        expect(done.state).toBe('failed');
        expect(done.error).toMatch(/array/);
      }
      expect(await settledFootprint(bed, array, clean)).toEqual(clean);
    },
  );
});
