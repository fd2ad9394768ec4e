import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendRow } from '../../agent/engines/simulated/rows.ts';
import { waitUntil } from './act/wait-until.ts';
import {
  acceptedTask,
  clone,
  databaseNamed,
  deleteClone,
  deleteSnapshot,
  ended,
  postClone,
  requestDeleteClone,
} from './act/flex.ts';
import { startSimulatedWriter } from './act/simulated-writer.ts';
import { type Bed, type BedHost, hostOf, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { footprint, settledFootprint } from './look/footprint.ts';
import { diskOf, rowsOf } from './look/simulated.ts';

let bed: Bed;
let array: ArrayView;
let source: BedHost;
let serial: string;
let sourceId: string;

beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders'] },
      { hostId: 'sqldev1', vendor: 'mssql', databases: [] },
      { hostId: 'sqldev2', vendor: 'mssql', databases: [] },
    ],
  });
  array = await viewArray(bed.array);
  source = hostOf(bed, 'sqlprod1');
  serial = await array.serialOf('sqlprod1-orders-data');
  sourceId = (await databaseNamed(bed.api, 'sqlprod1', 'orders')).id;
  await appendRow(source.deviceRoot, serial, { n: 1 });
}, 90_000);

afterAll(async () => {
  await array.close();
  await bed.stop();
}, 60_000);

const to = (hostId: string, name: string, dbId = sourceId) => ({ host_id: hostId, db_id: dbId, db_name: name });

/** The rows of a database as their numbers. */
const numbersIn = async (hostId: string, name: string): Promise<readonly unknown[]> =>
  (await rowsOf(hostOf(bed, hostId), name)).map((row) =>
    typeof row === 'object' && row !== null && 'n' in row ? row.n : row,
  );

const oneTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('a clone of a simulated database', { timeout: 60_000 }, () => {
  it('to two hosts, to the source host, and twice to one host, is one snapshot with four copies of their own', async () => {
    const clean = await footprint(bed, array);
    const before = (await numbersIn('sqlprod1', 'orders')).length;
    const writer = startSimulatedWriter(source, serial, before + 1);
    await waitUntil('some rows', 10_000, () => Promise.resolve(writer.acknowledged() > 30 ? true : undefined), 10);
    const delay = await array.fault({ call: 'POST snapshots', when: 'before', delay_ms: 300 });
    const task = acceptedTask(
      await postClone(bed.api, 'sqlprod1', [
        to('sqldev1', 'a'),
        to('sqldev2', 'b'),
        to('sqlprod1', 'orders_copy'),
        to('sqldev1', 'c'),
      ]),
    );
    await array.hasFired(delay);
    const acknowledged = writer.acknowledged();
    const done = await ended(bed.api, task);
    await writer.stop();
    await array.clearFaults();
    expect(done).toMatchObject({ state: 'completed', error: '' });

    const copies = await Promise.all([
      numbersIn('sqldev1', 'a'),
      numbersIn('sqldev2', 'b'),
      numbersIn('sqlprod1', 'orders_copy'),
      numbersIn('sqldev1', 'c'),
    ]);
    for (const rows of copies) {
      expect(rows.length).toBeGreaterThanOrEqual(acknowledged);
      expect(rows).toEqual(oneTo(rows.length));
      expect(rows).toEqual(copies[0]);
    }
    expect(await array.groupSnapshots()).toHaveLength(1);

    await appendRow(hostOf(bed, 'sqldev1').deviceRoot, await diskOf(hostOf(bed, 'sqldev1'), 'a'), { n: 'only here' });
    expect(await numbersIn('sqldev1', 'a')).toContain('only here');
    expect(await numbersIn('sqldev1', 'c')).toEqual(copies[3]);
    expect(await numbersIn('sqlprod1', 'orders')).toEqual(oneTo(writer.acknowledged()));

    for (const made of done.result?.cloned_dbs ?? []) await deleteClone(bed.api, made.host_id, made.id);
    await deleteSnapshot(bed.api, done.result?.db_snapshot?.id ?? '');
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('is made five times at once', async () => {
    const clean = await footprint(bed, array);
    const rows = await numbersIn('sqlprod1', 'orders');
    const names = ['one', 'two', 'three', 'four', 'five'];
    const made = await Promise.all(names.map((name) => clone(bed.api, 'sqlprod1', [to('sqldev1', name)])));
    for (const name of names) expect(await numbersIn('sqldev1', name)).toEqual(rows);
    expect(new Set(made.map((one) => one.snapshotId)).size).toBe(5);
    await Promise.all(made.flatMap(({ clones }) => clones.map((one) => deleteClone(bed.api, one.host_id, one.id))));
    await Promise.all(made.map(({ snapshotId }) => deleteSnapshot(bed.api, snapshotId)));
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('wins a name once, whatever its case', async () => {
    const clean = await footprint(bed, array);
    const answers = await Promise.all(
      ['Contested', 'contested'].map((name) => postClone(bed.api, 'sqlprod1', [to('sqldev1', name)])),
    );
    const won = answers.filter((one) => one.status === 200);
    const lost = answers.filter((one) => one.status === 409);
    expect([won.length, lost.length]).toEqual([1, 1]);
    expect(lost[0]?.body).toMatchObject({ issues: [{ issue_type: 'DB_NAME_IS_IN_USE' }] });
    const [winner] = won;
    if (winner === undefined) throw new Error('nobody won');
    const done = await ended(bed.api, acceptedTask(winner));
    expect(done.state).toBe('completed');
    for (const made of done.result?.cloned_dbs ?? []) await deleteClone(bed.api, made.host_id, made.id);
    await deleteSnapshot(bed.api, done.result?.db_snapshot?.id ?? '');
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});

describe('a clone of a clone', { timeout: 60_000 }, () => {
  it('holds what its source held; what others are made of cannot go first, and then all of it can', async () => {
    const clean = await footprint(bed, array);
    const first = await clone(bed.api, 'sqlprod1', [to('sqldev1', 'parent')]);
    const parent = hostOf(bed, 'sqldev1');
    await appendRow(parent.deviceRoot, await diskOf(parent, 'parent'), { n: 'parent only' });
    const parentId = first.clones[0]?.id ?? '';
    const second = await clone(bed.api, 'sqldev1', [to('sqldev2', 'child', parentId)]);
    const childId = second.clones[0]?.id ?? '';
    expect(await numbersIn('sqldev2', 'child')).toEqual([...(await numbersIn('sqlprod1', 'orders')), 'parent only']);
    const full = await footprint(bed, array);

    const refusals = [
      { call: () => requestDeleteClone(bed.api, 'sqldev1', parentId), issue: 'DB_IS_IN_USE' },
      {
        call: () => bed.api.call('DELETE', `/api/echo/v1/db_snapshots/${first.snapshotId}`),
        issue: 'DB_SNAPSHOT_IS_IN_USE',
      },
      {
        call: () => bed.api.call('DELETE', `/api/echo/v1/db_snapshots/${second.snapshotId}`),
        issue: 'DB_SNAPSHOT_IS_IN_USE',
      },
    ];
    for (const { call, issue } of refusals) {
      expect(await call()).toMatchObject({ status: 409, body: { issues: [{ issue_type: issue }] } });
    }
    expect(await footprint(bed, array)).toEqual(full);

    await deleteClone(bed.api, 'sqldev2', childId);
    expect((await requestDeleteClone(bed.api, 'sqldev1', parentId)).status).toBe(409);
    await deleteSnapshot(bed.api, second.snapshotId);
    await deleteClone(bed.api, 'sqldev1', parentId);
    await deleteSnapshot(bed.api, first.snapshotId);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});
