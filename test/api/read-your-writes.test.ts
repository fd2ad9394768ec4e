/** Who just did something sees it in every list: the task before its call answers, the result once the task is completed. */
import { beforeEach, describe, expect, it } from 'vitest';
import { taskPin } from '../../shared/domain/snapshot.ts';
import { cloneRow, snapshotRow } from '../builders/flex-example.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { givenDatabase, givenHost, givenSnapshot } from './given.ts';
import { useDatabase } from './test-database.ts';
import { taskOf } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, 'sqlprod1');
  await givenHost(bed, 'sqldev1');
  await givenDatabase(bed);
});

const read = async (path: string): Promise<unknown> => {
  const answer = await bed.send({ method: 'GET', path, token: tokens.viewer });
  return answer.status === 200 ? answer.body : answer.status;
};
const snapshots = '/api/echo/v1/db_snapshots';
const wanted = {
  source_host_id: 'sqlprod1',
  destinations: [{ host_id: 'sqldev1', db_id: '7', db_name: 'orders_dev' }],
};
const send = (method: 'POST' | 'DELETE', path: string, body?: unknown) =>
  bed.send({ method, path, token: tokens.operator, ...(body === undefined ? {} : { body }) });

describe('a task', () => {
  it('is listed before its call answers, and running', async () => {
    let listed: unknown;
    bed.flows.onStart = async () => {
      listed = await read('/api/echo/v1/tasks');
    };
    const { request_id: requestId } = taskOf(await send('POST', '/api/echo/v1/echo_dbs', wanted));
    expect(listed).toMatchObject([{ request_id: requestId, state: 'running' }]);
  });

  it('shows that it is being canceled, to the next who asks for that', async () => {
    const task = taskOf(await send('POST', '/api/echo/v1/echo_dbs', wanted));
    const cancel = `${task.location}/cancel`;
    expect((await send('POST', cancel)).status).toBe(202);
    expect((await send('POST', cancel)).status).toBe(409);
  });
});

describe('what a task made', () => {
  it('is in topology, snapshots and databases, as soon as the task is completed', async () => {
    const task = taskOf(await send('POST', '/api/echo/v1/echo_dbs', wanted));
    const about = { requestId: task.request_id };
    const snapshot = snapshotRow({ ...about, pins: new Set([taskPin(task.request_id)]) });
    const clone = cloneRow({ ...about, snapshotId: snapshot.snapshotId, dbName: 'orders_dev' });
    await bed.store.recordSnapshot({ ...snapshot, state: 'pending' }, []);
    expect(await read(snapshots)).toEqual([]);
    await bed.store.publishClones(task.request_id, snapshot.snapshotId, [clone], {});
    await givenDatabase(bed, { hostId: clone.hostId, dbId: clone.dbId, name: clone.dbName, serial: 'copy' });
    await bed.store.finishTask(task.request_id, 'done', { error: '', result: null }, startSeconds);

    expect(await read(task.location)).toMatchObject({ state: 'completed' });
    expect(await read(snapshots)).toMatchObject([{ id: snapshot.snapshotId }]);
    expect(await read('/api/v1/hosts/sqldev1/databases')).toMatchObject([{ name: 'orders_dev' }]);
    const topology = JSON.stringify(await read('/api/echo/v1/topology'));
    expect(topology).toContain('orders_dev');
    expect(topology).toContain(snapshot.snapshotId);
  });

  it('is nowhere any more once it was taken away', async () => {
    const { snapshotId } = await givenSnapshot(bed);
    bed.flows.onStart = async (_, { request_id: requestId }) => {
      const held = await bed.store.getSnapshot(snapshotId);
      if (held !== undefined) await bed.store.forgetSnapshot(held, requestId);
      await bed.store.finishTask(requestId, 'done', { error: '', result: null }, startSeconds);
    };
    expect((await send('DELETE', `${snapshots}/${snapshotId}`)).status).toBe(204);
    expect(await read(snapshots)).toEqual([]);
    expect(JSON.stringify(await read('/api/echo/v1/topology'))).not.toContain(snapshotId);
    expect((await send('DELETE', `${snapshots}/${snapshotId}`)).status).toBe(404);
  });
});
