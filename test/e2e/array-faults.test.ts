import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { provision } from '../../local/array/provision.ts';
import {
  type TaskAnswer,
  acceptedTask,
  clone,
  databaseNamed,
  deleteClone,
  deleteSnapshot,
  ended,
  postClone,
  snapshotIds,
} from './act/flex.ts';
import { type Bed, hostOf, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { type Footprint, footprint, settledFootprint } from './look/footprint.ts';
import { rowsOf } from './look/simulated.ts';

let bed: Bed;
let array: ArrayView;
let sourceId: string;
let clean: Footprint;

beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders'] },
      { hostId: 'sqldev1', vendor: 'mssql', databases: [] },
      { hostId: 'sqldev2', vendor: 'mssql', databases: [] },
    ],
  });
  array = await viewArray(bed.array);
  sourceId = (await databaseNamed(bed.api, 'sqlprod1', 'orders')).id;
}, 90_000);

afterAll(async () => {
  await array.close();
  await bed.stop();
}, 60_000);

beforeEach(async () => {
  clean = await footprint(bed, array);
});

afterEach(() => array.clearFaults());

const to = (hostId: string, name: string) => ({ host_id: hostId, db_id: sourceId, db_name: name });
const cloneTo = async (...destinations: readonly ReturnType<typeof to>[]): Promise<TaskAnswer> =>
  acceptedTask(await postClone(bed.api, 'sqlprod1', destinations));

async function expectFailedWithNothingLeft(task: TaskAnswer, error: RegExp): Promise<void> {
  const done = await ended(bed.api, task);
  expect(done).toMatchObject({ state: 'failed', result: null });
  expect(done.error).toMatch(error);
  expect(await settledFootprint(bed, array, clean)).toEqual(clean);
}

async function expectDone(task: TaskAnswer): Promise<void> {
  const done = await ended(bed.api, task);
  expect(done).toMatchObject({ state: 'completed', error: '' });
  for (const made of done.result?.cloned_dbs ?? []) {
    expect(await rowsOf(hostOf(bed, made.host_id), made.name)).toEqual(await rowsOf(hostOf(bed, 'sqlprod1'), 'orders'));
    await deleteClone(bed.api, made.host_id, made.id);
  }
  await deleteSnapshot(bed.api, done.result?.db_snapshot?.id ?? '');
  expect(await settledFootprint(bed, array, clean)).toEqual(clean);
}

const steps = [
  { what: 'the snapshot', make: 'POST snapshots', nth: 1, look: 'GET snapshots' },
  { what: 'the view', make: 'POST snapshots', nth: 2, look: 'GET snapshots' },
  { what: 'the mapping', make: 'POST mappings', nth: 1, look: 'GET mappings' },
  { what: 'the host', make: 'POST hosts', nth: 1, look: 'GET hosts' },
] as const;

describe.each(steps)('a clone, when the array fails at $what', { timeout: 60_000 }, ({ make, nth, look }) => {
  // So that a clone has to make it.
  beforeEach(() => array.removeHost('sqldev1'));

  it('before its effect, fails and leaves nothing', async () => {
    const fault = await array.fault({ call: make, nth, when: 'before', status: 400 });
    await expectFailedWithNothingLeft(
      await cloneTo(to('sqldev1', 'c')),
      /the array refused to .*: a fault was asked for/,
    );
    expect(await array.fired(fault)).toBe(1);
  });

  it('after its effect, finds its own work and goes on', async () => {
    const fault = await array.fault({ call: make, nth, when: 'after', drop: true });
    await expectDone(await cloneTo(to('sqldev1', 'c')));
    expect(await array.fired(fault)).toBe(1);
  });

  it('after its effect and then does not show it, fails and leaves nothing', async () => {
    const fault = await array.fault({ call: make, nth, when: 'after', drop: true, delay_ms: 400 });
    const task = await cloneTo(to('sqldev1', 'c'));
    await array.hasFired(fault);
    const blind = await array.fault({ call: look, when: 'before', status: 400 });
    await expectFailedWithNothingLeft(task, /the array refused to .*: a fault was asked for/);
    expect([await array.fired(fault), await array.fired(blind)]).toEqual([1, 1]);
  });
});

describe('all or nothing', { timeout: 60_000 }, () => {
  it('one destination that fails on the array takes the other with it', async () => {
    const fault = await array.fault({ call: 'POST mappings', nth: 2, when: 'before', status: 400 });
    await expectFailedWithNothingLeft(await cloneTo(to('sqldev1', 'c'), to('sqldev2', 'c')), /the array refused to/);
    expect(await array.fired(fault)).toBe(1);
  });

  it('an array that answers nothing but 503 fails the clone after a few tries', async () => {
    const fault = await array.fault({ call: 'POST snapshots', when: 'before', status: 503, times: 1000 });
    const answer = await postClone(bed.api, 'sqlprod1', [to('sqldev1', 'c')], { consistency_level: 'crash' });
    await expectFailedWithNothingLeft(acceptedTask(answer), /array/);
    expect(await array.fired(fault)).toBeGreaterThan(3);
  });

  it('a name that was taken on the host behind the product fails the whole clone', async () => {
    const iqn = 'iqn.2009-01.com.kaminario:initiator.sqldev1';
    const host = { name: 'sqldev1', type: 'Linux', iqn };
    const { volumes } = await provision(bed.array, {
      volumeGroup: 'stray-vg',
      volumes: [{ name: 'stray', sizeKib: 1024 }],
      host,
    });
    const before = await footprint(bed, array);
    const fault = await array.fault({ call: 'POST snapshots', when: 'before', delay_ms: 1500 });
    const task = await cloneTo(to('sqldev2', 'fine'), to('sqldev1', 'taken'));
    await array.hasFired(fault);
    await hostOf(bed, 'sqldev1').agentCommand(
      'create-database',
      '--name',
      'Taken',
      '--volume',
      volumes[0]?.serial ?? '',
    );
    const done = await ended(bed.api, task);
    expect(done).toMatchObject({ state: 'failed', result: null });
    expect(done.error).toMatch(/a database named taken exists on this host/);
    const strayId = (await databaseNamed(bed.api, 'sqldev1', 'Taken')).id;
    const wanted = {
      ...before,
      rows: [...before.rows, `database databases sqldev1/${strayId.padStart(10, '0')}`].sort(),
    };
    expect(await settledFootprint(bed, array, wanted)).toEqual(wanted);
    expect(await rowsOf(hostOf(bed, 'sqldev1'), 'Taken')).toEqual([]);
  });
});

describe('a deletion that the array refuses once', { timeout: 60_000 }, () => {
  it.each(['DELETE mappings', 'DELETE snapshots'])('%s: of a clone, is driven on to its end', async (call) => {
    const made = await clone(bed.api, 'sqlprod1', [to('sqldev2', 'going')]);
    const fault = await array.fault({ call, when: 'before', status: 400 });
    await deleteClone(bed.api, 'sqldev2', made.clones[0]?.id ?? '');
    expect(await array.fired(fault)).toBe(1);
    await deleteSnapshot(bed.api, made.snapshotId);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('of a snapshot, says so and leaves it as it was', async () => {
    const made = await clone(bed.api, 'sqlprod1', [to('sqldev2', 'gone')]);
    await deleteClone(bed.api, 'sqldev2', made.clones[0]?.id ?? '');
    const fault = await array.fault({ call: 'DELETE snapshots', when: 'before', status: 400 });
    const refused = await bed.api.call('DELETE', `/api/echo/v1/db_snapshots/${made.snapshotId}`);
    expect(refused.status).toBe(409);
    expect(await array.fired(fault)).toBe(1);
    expect(await snapshotIds(bed.api)).toEqual([made.snapshotId]);
    await deleteSnapshot(bed.api, made.snapshotId);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });
});
