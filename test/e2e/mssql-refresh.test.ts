/** Originals that are refreshed by their name: they become clones, and what they were is never removed from the array. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendRow, readRows } from '../../agent/engines/simulated/rows.ts';
import { databaseNamed, databasesOf, deleteClone, deleteSnapshot, requestDeleteClone } from './act/flex.ts';
import { lineageOn, refresh, takeSnapshot } from './act/snapshots.ts';
import { type Bed, hostOf, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { diskOf, rowsOf } from './look/simulated.ts';

let bed: Bed;
let array: ArrayView;
let prodId: string;

beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders'] },
      { hostId: 'sqldev1', vendor: 'mssql', databases: ['orders'] },
    ],
  });
  array = await viewArray(bed.array);
  prodId = (await databaseNamed(bed.api, 'sqlprod1', 'orders')).id;
  await write('sqlprod1', 'prod');
  await write('sqldev1', 'dev');
}, 90_000);

afterAll(async () => {
  await array.close();
  await bed.stop();
}, 60_000);

const originalDisk = (hostId: string) => array.serialOf(`${hostId}-orders-data`);
const rowsOn = async (hostId: string, serial: string) => await readRows(hostOf(bed, hostId).deviceRoot, serial);

async function write(hostId: string, row: string): Promise<void> {
  await appendRow(hostOf(bed, hostId).deviceRoot, await originalDisk(hostId), row);
}

describe('a refresh of a simulated original', { timeout: 180_000 }, () => {
  it('from another host takes its name; a kept backup stays what it was, an original on its own disk', async () => {
    const { id } = await databaseNamed(bed.api, 'sqldev1', 'orders');
    const own = await originalDisk('sqldev1');
    const first = await takeSnapshot(bed.api, 'sqlprod1', [prodId]);
    const [made] = await refresh(bed.api, 'sqldev1', { snapshot_id: first, db_names: ['orders'], keep_backup: true });
    const dev = hostOf(bed, 'sqldev1');
    expect(await rowsOf(dev, 'orders')).toEqual(['prod']);
    const lineage = await lineageOn(bed.api, 'sqldev1');
    const backup = lineage[1]?.[0] ?? '';
    expect(backup).toMatch(/^orders_bkp_\d{8}T\d{6}Z$/);
    expect(lineage).toEqual([
      ['orders', made?.id, first],
      [backup, id, ''],
    ]);
    expect(made?.id).not.toBe(id);
    expect(await diskOf(dev, backup)).toBe(own);
    expect(await rowsOf(dev, backup)).toEqual(['dev']);
    await appendRow(dev.deviceRoot, own, 'later');
    expect(await rowsOf(dev, 'orders')).toEqual(['prod']);
    expect(await requestDeleteClone(bed.api, 'sqldev1', id)).toMatchObject({
      status: 409,
      body: { issues: [{ issue_type: 'DB_IS_NOT_A_CLONE' }] },
    });

    await write('sqlprod1', 'more');
    const second = await takeSnapshot(bed.api, 'sqlprod1', [prodId]);
    const [again] = await refresh(bed.api, 'sqldev1', { snapshot_id: second, db_names: ['orders'] });
    expect(again?.id).toBe(made?.id);
    expect(await rowsOf(dev, 'orders')).toEqual(['prod', 'more']);
    await deleteSnapshot(bed.api, first);
    await deleteClone(bed.api, 'sqldev1', again?.id ?? '');
    await deleteSnapshot(bed.api, second);
    expect((await databasesOf(bed.api, 'sqldev1')).map(({ name }) => name)).toEqual([backup]);
    expect(await rowsOn('sqldev1', own)).toEqual(['dev', 'later']);
    expect(await array.groupSnapshots()).toEqual([]);
  });

  it('in its own place without a backup: the host forgets the original, the array keeps its volume', async () => {
    const own = await originalDisk('sqlprod1');
    const before = await rowsOn('sqlprod1', own);
    const snapshotId = await takeSnapshot(bed.api, 'sqlprod1', [prodId]);
    await write('sqlprod1', 'mistake');
    const [made] = await refresh(bed.api, 'sqlprod1', { snapshot_id: snapshotId, db_names: ['orders'] });
    expect(made).toMatchObject({ id: prodId, name: 'orders', source_host_id: 'sqlprod1' });
    const listed = await databasesOf(bed.api, 'sqlprod1');
    expect(listed.map(({ id, name }) => [id, name])).toEqual([[prodId, 'orders']]);
    const serial = listed[0]?.mount_points[0]?.serial ?? '';
    expect(serial).not.toBe(own);
    expect(await rowsOn('sqlprod1', serial)).toEqual(before);
    expect((await array.volumes()).map((one) => one.scsi_sn)).toContain(own);
    expect(await rowsOn('sqlprod1', own)).toEqual([...before, 'mistake']);
  });
});
