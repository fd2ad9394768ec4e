import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
  type TaskAnswer,
} from './act/flex.ts';
import { type Bed, hostOf, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { type Footprint, footprint, settledFootprint } from './look/footprint.ts';
import { allRows, commandRows, taskRow } from './look/table.ts';

let bed: Bed;
let array: ArrayView;
let sourceId: string;
let clean: Footprint;

beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders'] },
      { hostId: 'sqldev1', vendor: 'mssql', databases: [] },
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

/** A test that fails in between must not leave the next one a stopped agent. */
afterEach(async () => {
  signalAgent('SIGCONT');
  await array.clearFaults();
});

const signalAgent = (signal: NodeJS.Signals): void => {
  process.kill(hostOf(bed, 'sqldev1').agentPid(), signal);
};

const startClone = async (name: string): Promise<TaskAnswer> =>
  acceptedTask(await postClone(bed.api, 'sqlprod1', [{ host_id: 'sqldev1', db_id: sourceId, db_name: name }]));

const cancel = (task: TaskAnswer) => bed.api.call('POST', `${task.location}/cancel`);

const isWaiting = async (requestId: string): Promise<true | undefined> => {
  const locks = (await allRows(bed.table)).filter((row) => row['_et'] === 'lock');
  return locks.some((row) => JSON.stringify(row['waiters']).includes(requestId)) ? true : undefined;
};

const wasSent = async (task: TaskAnswer, kind: string): Promise<true | undefined> =>
  (await commandRows(bed.table, task.request_id)).some((row) => row['kind'] === kind && row['purpose'] === 'do')
    ? true
    : undefined;

describe('cancel', { timeout: 60_000 }, () => {
  it('of a clone that waits for its source gives up the place in the queue and nothing else', async () => {
    const delay = await array.fault({ call: 'POST snapshots', when: 'before', delay_ms: 1500 });
    const first = await startClone('first');
    await array.hasFired(delay);
    const second = await startClone('second');
    await waitUntil('the second to wait', 10_000, () => isWaiting(second.request_id), 20);
    expect((await cancel(second)).status).toBe(202);
    expect(await ended(bed.api, second)).toMatchObject({ state: 'aborted', error: 'canceled', result: null });
    expect(await isWaiting(second.request_id)).toBeUndefined();

    const done = await ended(bed.api, first);
    expect(done.state).toBe('completed');
    expect(await array.groupSnapshots()).toHaveLength(1);
    expect((await cancel(first)).status).toBe(409);
    await deleteClone(bed.api, 'sqldev1', done.result?.cloned_dbs?.[0]?.id ?? '');
    await deleteSnapshot(bed.api, done.result?.db_snapshot?.id ?? '');
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('while the array works on the snapshot takes the snapshot back', async () => {
    const delay = await array.fault({ call: 'POST snapshots', when: 'after', delay_ms: 700 });
    const task = await startClone('unwanted');
    await array.hasFired(delay);
    expect((await cancel(task)).status).toBe(202);
    expect((await cancel(task)).status).toBe(409);
    expect(await ended(bed.api, task)).toMatchObject({ state: 'aborted', error: 'canceled' });
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('while the agent works has it take the database away again', async () => {
    signalAgent('SIGSTOP');
    const task = await startClone('unwanted');
    await waitUntil('the attach to be sent', 15_000, () => wasSent(task, 'attach'), 20);
    expect((await array.mappings()).length).toBeGreaterThan(clean.array.mappings.length);
    expect((await cancel(task)).status).toBe(202);
    signalAgent('SIGCONT');
    expect(await ended(bed.api, task)).toMatchObject({ state: 'aborted', error: 'canceled' });
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('past the point of no return is refused, and the deletion goes on', async () => {
    const made = await clone(bed.api, 'sqlprod1', [{ host_id: 'sqldev1', db_id: sourceId, db_name: 'going' }]);
    signalAgent('SIGSTOP');
    const task = acceptedTask(await requestDeleteClone(bed.api, 'sqldev1', made.clones[0]?.id ?? ''));
    await waitUntil('the detach to be sent', 15_000, () => wasSent(task, 'detach'), 20);
    const refused = await cancel(task);
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('point of no return') } });
    expect(await taskRow(bed.table, task.request_id)).toMatchObject({ cancelRequested: false });
    signalAgent('SIGCONT');
    expect(await ended(bed.api, task)).toMatchObject({ state: 'completed', error: '' });
    await deleteSnapshot(bed.api, made.snapshotId);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
  });

  it('of an unknown task is a 404', async () => {
    expect((await bed.api.call('POST', '/api/echo/v1/tasks/doesnotexistdoesnotexist/cancel')).status).toBe(404);
  });
});
