/** Databases made of a snapshot that exists: what it holds, not what the source has become since. */
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appendRow } from '../../agent/engines/simulated/rows.ts';
import { databaseNamed, deleteClone, deleteSnapshot } from './act/flex.ts';
import { importSnapshot, lineageOn, takeSnapshot } from './act/snapshots.ts';
import { connectSql, numbersAt, serverNamed } from './act/sql.ts';
import { type Bed, hostOf, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { type Footprint, footprint, settledFootprint } from './look/footprint.ts';
import { serversBelow } from './look/servers.ts';
import { rowsOf } from './look/simulated.ts';

let bed: Bed;
let array: ArrayView;
let shop: Client;
let shopId: string;
let clean: Footprint;

beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'pgprod1', vendor: 'postgres', databases: ['shop'] },
      { hostId: 'pgdev1', vendor: 'postgres', databases: [] },
      { hostId: 'pgdev2', vendor: 'postgres', databases: [] },
      { hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders'] },
      { hostId: 'sqldev1', vendor: 'mssql', databases: [] },
    ],
  });
  array = await viewArray(bed.array);
  shopId = (await databaseNamed(bed.api, 'pgprod1', 'shop')).id;
  shop = await connectSql(bed, await serverNamed(bed, 'pgprod1', 'shop'));
  await shop.query('CREATE TABLE sold AS SELECT n FROM generate_series(1, 3) AS n');
}, 90_000);

afterAll(async () => {
  await shop.end();
  await array.close();
  await bed.stop();
}, 60_000);

beforeEach(async () => {
  clean = await footprint(bed, array);
});

const to = (hostId: string, name: string, dbId = shopId) => ({ host_id: hostId, db_id: dbId, db_name: name });
const soldIn = async (hostId: string, name: string): Promise<readonly number[]> =>
  await numbersAt(bed, await serverNamed(bed, hostId, name), 'SELECT n FROM sold ORDER BY n');

describe('clones from a snapshot of a PostgreSQL database', { timeout: 180_000 }, () => {
  it.each(['application', 'crash'] as const)(
    'of %s level: two hosts, one of them twice, and the source host, in one call; the snapshot goes after them',
    async (level) => {
      const then = await soldIn('pgprod1', 'shop');
      const snapshotId = await takeSnapshot(bed.api, 'pgprod1', [shopId], level);
      await shop.query('INSERT INTO sold SELECT max(n) + 1 FROM sold');
      const taken = await footprint(bed, array);

      const places = [to('pgdev1', 'a'), to('pgdev2', 'b'), to('pgdev1', 'c'), to('pgprod1', 'shop_then')];
      const made = await importSnapshot(bed.api, snapshotId, places);
      expect(made).toEqual(
        places.map(({ host_id, db_name: name }) => ({
          ...{ id: expect.any(String), host_id, name },
          ...{ source_host_id: 'pgprod1', source_db_id: Number(shopId), source_db_name: 'shop' },
        })),
      );
      for (const { host_id, name } of made) expect(await soldIn(host_id, name)).toEqual(then);
      expect(await soldIn('pgprod1', 'shop')).toHaveLength(then.length + 1);
      const full = await footprint(bed, array);
      expect(Object.values(full.servers).flat()).toHaveLength(Object.values(taken.servers).flat().length + 4);
      expect(full.array.disks).toHaveLength(taken.array.disks.length + 8);
      expect(await array.groupSnapshots()).toHaveLength(1);

      const refused = { status: 409, body: { issues: [{ issue_type: 'DB_SNAPSHOT_IS_IN_USE' }] } };
      expect(await bed.api.call('DELETE', `/api/echo/v1/db_snapshots/${snapshotId}`)).toMatchObject(refused);
      expect(await footprint(bed, array)).toEqual(full);
      const [last, ...others] = made;
      await Promise.all(others.map((one) => deleteClone(bed.api, one.host_id, one.id)));
      expect(await bed.api.call('DELETE', `/api/echo/v1/db_snapshots/${snapshotId}`)).toMatchObject(refused);
      expect(await soldIn('pgdev1', 'a')).toEqual(then);
      await deleteClone(bed.api, 'pgdev1', last?.id ?? '');
      expect(await settledFootprint(bed, array, taken)).toEqual(taken);
      await deleteSnapshot(bed.api, snapshotId);
      expect(await settledFootprint(bed, array, clean)).toEqual(clean);
    },
  );

  it('with target_state recovery are standbys that take no writes', async () => {
    const then = await soldIn('pgprod1', 'shop');
    const snapshotId = await takeSnapshot(bed.api, 'pgprod1', [shopId]);
    const [made] = await importSnapshot(bed.api, snapshotId, [to('pgdev1', 'standby')], { target_state: 'recovery' });
    expect(await serversBelow(hostOf(bed, 'pgdev1').deviceRoot)).toHaveLength(1);
    const sql = await connectSql(bed, await serverNamed(bed, 'pgdev1', 'standby'));
    expect((await sql.query('SELECT pg_is_in_recovery() AS standby')).rows).toEqual([{ standby: true }]);
    await expect(sql.query('INSERT INTO sold VALUES (0)')).rejects.toThrow(/read-only/);
    await sql.end();
    expect(await soldIn('pgdev1', 'standby')).toEqual(then);
    await deleteClone(bed.api, 'pgdev1', made?.id ?? '');
    await deleteSnapshot(bed.api, snapshotId);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});

describe('clones from a snapshot of a simulated database', { timeout: 180_000 }, () => {
  it('hold what it held, and know where they came from', async () => {
    const { id, mount_points: places } = await databaseNamed(bed.api, 'sqlprod1', 'orders');
    const source = hostOf(bed, 'sqlprod1');
    const serial = places[0]?.serial ?? '';
    await appendRow(source.deviceRoot, serial, { n: 1 });
    const snapshotId = await takeSnapshot(bed.api, 'sqlprod1', [id]);
    await appendRow(source.deviceRoot, serial, { n: 2 });
    const made = await importSnapshot(bed.api, snapshotId, [
      to('sqldev1', 'orders_dev', id),
      to('sqlprod1', 'orders_then', id),
    ]);
    expect(await rowsOf(hostOf(bed, 'sqldev1'), 'orders_dev')).toEqual([{ n: 1 }]);
    expect(await rowsOf(source, 'orders_then')).toEqual([{ n: 1 }]);
    expect(await rowsOf(source, 'orders')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await lineageOn(bed.api, 'sqldev1')).toEqual([['orders_dev', made[0]?.id, snapshotId]]);
    for (const one of made) await deleteClone(bed.api, one.host_id, one.id);
    await deleteSnapshot(bed.api, snapshotId);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});
