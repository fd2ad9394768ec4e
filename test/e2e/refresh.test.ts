/** Databases that get the content of a snapshot and keep their names, while an application goes on asking them. */
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  acceptedTask,
  clone,
  databaseNamed,
  databasesOf,
  deleteClone,
  deleteSnapshot,
  ended,
  requestDeleteClone,
  taskAt,
} from './act/flex.ts';
import { importSnapshot, lineageOn, postRefresh, refresh, takeSnapshot } from './act/snapshots.ts';
import { connectSql, numbersAt, serverNamed, startPolling } from './act/sql.ts';
import { waitUntil } from './act/wait-until.ts';
import { type Bed, hostOf, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { type Footprint, footprint, settledFootprint } from './look/footprint.ts';
import { serversBelow } from './look/servers.ts';

let bed: Bed;
let array: ArrayView;
let shop: Client;
let stock: Client;
let shopId: string;
let stockId: string;
let clean: Footprint;

beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'pgprod1', vendor: 'postgres', databases: ['shop', 'stock'] },
      { hostId: 'pgdev1', vendor: 'postgres', databases: [] },
    ],
  });
  array = await viewArray(bed.array);
  shopId = (await databaseNamed(bed.api, 'pgprod1', 'shop')).id;
  stockId = (await databaseNamed(bed.api, 'pgprod1', 'stock')).id;
  shop = await connectSql(bed, await serverNamed(bed, 'pgprod1', 'shop'));
  stock = await connectSql(bed, await serverNamed(bed, 'pgprod1', 'stock'));
  for (const source of [shop, stock]) await source.query('CREATE TABLE day AS SELECT 1 AS n');
}, 90_000);

afterAll(async () => {
  await shop.end();
  await stock.end();
  await array.close();
  await bed.stop();
}, 60_000);

beforeEach(async () => {
  for (const source of [shop, stock]) await source.query('UPDATE day SET n = 1');
  clean = await footprint(bed, array);
});

const to = (name: string, dbId = shopId) => [{ host_id: 'pgdev1', db_id: dbId, db_name: name }];
const dayOf = 'SELECT n FROM day';
const dayIn = async (name: string): Promise<readonly number[]> =>
  await numbersAt(bed, await serverNamed(bed, 'pgdev1', name), dayOf);
const serversOnDev = () => serversBelow(hostOf(bed, 'pgdev1').deviceRoot);

/** A snapshot of the source as it is on that day. */
async function snapshotOfDay(day: number): Promise<string> {
  await shop.query('UPDATE day SET n = $1', [day]);
  return takeSnapshot(bed.api, 'pgprod1', [shopId], 'crash');
}

describe('a refresh of a PostgreSQL database', { timeout: 180_000 }, () => {
  it('keeps id and port, shows the new content to an application, and frees views and snapshot of the old', async () => {
    const first = await clone(bed.api, 'pgprod1', to('shop_dev'));
    const { id = '' } = first.clones[0] ?? {};
    const before = await serverNamed(bed, 'pgdev1', 'shop_dev');
    const cloned = await footprint(bed, array);
    const old = (await array.volsnaps()).map((one) => one.scsi_sn);
    const application = startPolling(bed, before, dayOf);
    const second = await snapshotOfDay(2);
    const newest = await snapshotOfDay(3);

    expect(await refresh(bed.api, 'pgdev1', { snapshot_id: second, db_names: ['SHOP_DEV'] })).toEqual([
      {
        ...{ id, name: 'shop_dev', host_id: 'pgdev1' },
        ...{ source_host_id: 'pgprod1', source_db_id: Number(shopId), source_db_name: 'shop' },
      },
    ]);
    const after = await serversOnDev();
    expect(after.map(({ port }) => port)).toEqual([before.port]);
    expect(after[0]?.pid).not.toBe(before.pid);
    expect(await dayIn('shop_dev')).toEqual([2]);
    const isBack = () => Promise.resolve(application.seen().length > 1 ? true : undefined);
    await waitUntil('the application to be back', 5000, isBack);
    await application.stop();
    expect(application.seen()).toEqual([1, 2]);
    const [listed] = await databasesOf(bed.api, 'pgdev1');
    const serials = listed?.mount_points.map(({ serial }) => serial) ?? [];
    expect(serials.filter((serial) => old.includes(serial))).toEqual([]);
    expect(await lineageOn(bed.api, 'pgdev1')).toEqual([['shop_dev', id, second]]);
    await deleteSnapshot(bed.api, first.snapshotId);
    await deleteSnapshot(bed.api, newest);
    // As much as after the clone, and nothing of it.
    expect((await array.volsnaps()).filter((one) => old.includes(one.scsi_sn))).toEqual([]);
    const refreshed = await footprint(bed, array);
    expect(refreshed.array.disks).toHaveLength(cloned.array.disks.length);
    expect(refreshed.array.mappings).toHaveLength(cloned.array.mappings.length);
    expect(refreshed.devices['pgdev1']).toEqual([...serials].sort());

    await deleteClone(bed.api, 'pgdev1', id);
    await deleteSnapshot(bed.api, second);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('with keep_backup lets the old ones run beside: two databases of two volume groups in one call', async () => {
    const first = await clone(bed.api, 'pgprod1', [...to('shop_dev'), ...to('stock_dev', stockId)]);
    const [shopDev, stockDev] = await Promise.all(
      ['shop_dev', 'stock_dev'].map((name) => serverNamed(bed, 'pgdev1', name)),
    );
    await shop.query('UPDATE day SET n = 2');
    await stock.query('UPDATE day SET n = 3');
    const second = await takeSnapshot(bed.api, 'pgprod1', [shopId, stockId]);
    const made = await refresh(bed.api, 'pgdev1', {
      snapshot_id: second,
      db_names: ['shop_dev', 'stock_dev'],
      keep_backup: true,
    });

    const lineage = await lineageOn(bed.api, 'pgdev1');
    const backups = lineage.map(([name]) => name).filter((name) => name.includes('_bkp_'));
    expect(backups).toEqual([
      expect.stringMatching(/^shop_dev_bkp_\d{8}T\d{6}Z$/),
      expect.stringMatching(/^stock_dev_bkp_\d{8}T\d{6}Z$/),
    ]);
    const [shopBackup = '', stockBackup = ''] = backups;
    expect(lineage).toEqual([
      ['shop_dev', made[0]?.id, second],
      [shopBackup, first.clones[0]?.id, first.snapshotId],
      ['stock_dev', made[1]?.id, second],
      [stockBackup, first.clones[1]?.id, first.snapshotId],
    ]);
    expect(new Set(lineage.map(([, id]) => id)).size).toBe(4);
    expect(await serversOnDev()).toHaveLength(4);
    expect(await serverNamed(bed, 'pgdev1', 'shop_dev')).toMatchObject({ port: shopDev?.port });
    expect(await serverNamed(bed, 'pgdev1', 'stock_dev')).toMatchObject({ port: stockDev?.port });
    expect(await serverNamed(bed, 'pgdev1', shopBackup)).toMatchObject({ dataDirectory: shopDev?.dataDirectory });
    expect(await serverNamed(bed, 'pgdev1', stockBackup)).toMatchObject({ dataDirectory: stockDev?.dataDirectory });
    expect(await dayIn('shop_dev')).toEqual([2]);
    expect(await dayIn('stock_dev')).toEqual([3]);
    expect([...(await dayIn(shopBackup)), ...(await dayIn(stockBackup))]).toEqual([1, 1]);

    for (const snapshotId of [first.snapshotId, second]) {
      const answer = await bed.api.call('DELETE', `/api/echo/v1/db_snapshots/${snapshotId}`);
      expect(answer).toMatchObject({ status: 409, body: { issues: [{ issue_type: 'DB_SNAPSHOT_IS_IN_USE' }] } });
    }
    for (const [, id] of lineage) await deleteClone(bed.api, 'pgdev1', id);
    await deleteSnapshot(bed.api, first.snapshotId);
    await deleteSnapshot(bed.api, second);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('with target_state recovery makes a standby that takes no writes, in the place of a database that did', async () => {
    const first = await clone(bed.api, 'pgprod1', to('shop_dev'));
    const { port } = await serverNamed(bed, 'pgdev1', 'shop_dev');
    const second = await snapshotOfDay(2);
    await refresh(bed.api, 'pgdev1', { snapshot_id: second, db_names: ['shop_dev'], target_state: 'recovery' });
    expect(await dayIn('shop_dev')).toEqual([2]);
    expect((await serversOnDev()).map((one) => one.port)).toEqual([port]);
    const sql = await connectSql(bed, { port });
    expect((await sql.query('SELECT pg_is_in_recovery() AS standby')).rows).toEqual([{ standby: true }]);
    await expect(sql.query('UPDATE day SET n = 3')).rejects.toThrow(/read-only/);
    await sql.end();
    await deleteSnapshot(bed.api, first.snapshotId);
    await deleteClone(bed.api, 'pgdev1', first.clones[0]?.id ?? '');
    await deleteSnapshot(bed.api, second);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('waits for another of the same database, and then has the last word', async () => {
    const first = await clone(bed.api, 'pgprod1', to('shop_dev'));
    const second = await snapshotOfDay(2);
    const third = await snapshotOfDay(3);
    const delay = await array.fault({ call: 'POST mappings', when: 'before', delay_ms: 1000 });
    const request = (snapshotId: string) => ({ snapshot_id: snapshotId, db_names: ['shop_dev'] });
    const earlier = acceptedTask(await postRefresh(bed.api, 'pgdev1', request(second)));
    await array.hasFired(delay);
    const later = acceptedTask(await postRefresh(bed.api, 'pgdev1', request(third)));
    expect(later.state).toBe('running');
    expect(await ended(bed.api, earlier)).toMatchObject({ state: 'completed', error: '' });
    const waiting = await taskAt(bed.api, later.location);
    expect(await ended(bed.api, later)).toMatchObject({ state: 'completed', error: '' });
    await array.clearFaults();
    expect(waiting.state).toBe('running');

    expect(await dayIn('shop_dev')).toEqual([3]);
    expect(await serversOnDev()).toHaveLength(1);
    expect(await lineageOn(bed.api, 'pgdev1')).toEqual([['shop_dev', first.clones[0]?.id, third]]);
    for (const snapshotId of [first.snapshotId, second]) await deleteSnapshot(bed.api, snapshotId);
    await deleteClone(bed.api, 'pgdev1', first.clones[0]?.id ?? '');
    await deleteSnapshot(bed.api, third);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});

describe('a deletion of a clone with cascade', { timeout: 180_000 }, () => {
  it('takes its snapshots along, unless something was made of them', async () => {
    const first = await clone(bed.api, 'pgprod1', to('shop_dev'));
    const { id = '' } = first.clones[0] ?? {};
    const ofClone = await takeSnapshot(bed.api, 'pgdev1', [id]);
    const [child] = await importSnapshot(bed.api, ofClone, to('shop_child', id));
    const full = await footprint(bed, array);
    const refused = { status: 409, body: { issues: [{ issue_type: 'DB_IS_IN_USE' }] } };
    expect(await requestDeleteClone(bed.api, 'pgdev1', id, { cascade: true })).toMatchObject(refused);
    expect(await footprint(bed, array)).toEqual(full);

    await deleteClone(bed.api, 'pgdev1', child?.id ?? '');
    expect(await requestDeleteClone(bed.api, 'pgdev1', id)).toMatchObject(refused);
    expect(await dayIn('shop_dev')).toEqual([1]);
    await deleteClone(bed.api, 'pgdev1', id, { cascade: true });
    expect(await serversOnDev()).toEqual([]);
    expect(await array.groupSnapshots()).toHaveLength(1);
    await deleteSnapshot(bed.api, first.snapshotId);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});
