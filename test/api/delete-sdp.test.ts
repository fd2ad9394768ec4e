import { beforeEach, describe, expect, it } from 'vitest';
import { sweep } from '../../functions/schedules/sweep/sweep.ts';
import { removalGraceSeconds } from '../../shared/domain/array.ts';
import { aVolume } from '../builders/database.ts';
import { aHost } from '../builders/host.ts';
import { aClonePlan } from '../builders/task.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { givenArray, givenDatabase, givenHost, givenSnapshot, givenTask } from './given.ts';
import { silentLog } from '../../shared/ports/log.ts';
import { useDatabase } from './test-database.ts';
import { detailOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenArray(bed, '4243');
});

const remove = (sdpId = '4243', token: string = tokens.admin) =>
  ({ method: 'DELETE', path: `/api/echo/v1/sdps/${sdpId}`, token }) as const;
const onArray = { serial: null, volumes: [aVolume({ sdpId: '4243' })] } as const;

it('forgets an array nobody uses, and leaves an audit entry', async () => {
  await givenHost(bed, 'sqlprod1');
  await givenDatabase(bed);
  expect(await bed.send(remove())).toMatchObject({ status: 204, text: '' });
  expect(await bed.store.getArray('4243')).toBeUndefined();
  expect(await bed.table.rows()).toContainEqual(expect.objectContaining({ operation: 'delete-sdp', subject: '4243' }));
  expect((await bed.send(remove())).status).toBe(404);
});

describe('is refused, and changes nothing, while', () => {
  it.each<[string, string, () => Promise<unknown>]>([
    [
      'a database lies on it',
      'databases on it: sqlprod1/orders',
      async () => {
        await givenHost(bed, 'sqlprod1');
        await givenDatabase(bed, onArray);
      },
    ],
    ['a host names it', 'hosts that name it: sqlprod1', () => givenHost(bed, 'sqlprod1', { sdpId: '4243' })],
    [
      'a snapshot is on it',
      'snapshots on it: snap_1767000300',
      () => givenSnapshot(bed, { snapshotId: 'snap_1767000300', sdpId: '4243' }),
    ],
    [
      'an unfinished task touches it',
      'unfinished tasks: task-1',
      () => givenTask(bed, { requestId: 'task-1', plan: aClonePlan({ sdpId: '4243' }) }),
    ],
    [
      'a task from before arrays had names is unfinished',
      'unfinished tasks: task-1',
      () => givenTask(bed, { requestId: 'task-1', plan: aClonePlan({ sdpId: '' }) }),
    ],
  ])('%s', async (_, why, given) => {
    await given();
    const answer = await unchanged(bed, remove());
    expect(answer.status).toBe(409);
    expect(detailOf(answer)).toBe(`array '4243' is in use: ${why}`);
  });

  it('several need it: all are told, a few of each', async () => {
    for (const id of ['h1', 'h2', 'h3', 'h4', 'h5']) await givenHost(bed, `host-${id}`, { sdpId: '4243' });
    await givenTask(bed, { requestId: 'task-1', plan: aClonePlan({ sdpId: '4243' }) });
    expect(detailOf(await unchanged(bed, remove()))).toBe(
      "array '4243' is in use: hosts that name it: host-h1, host-h2, host-h3 and 2 more; unfinished tasks: task-1",
    );
  });

  it("it is the deployment's own", async () => {
    await bed.send({ method: 'GET', path: '/api/echo/v1/sdps', token: tokens.admin });
    expect((await unchanged(bed, remove('4242'))).status).toBe(409);
  });

  it.each(['operator', 'viewer', 'app'] as const)('the role %s asks for it', async (role) => {
    expect((await unchanged(bed, remove('4243', tokens[role]))).status).toBe(403);
  });
});

it('is refused without a mark that would stop work on it meanwhile', async () => {
  await givenHost(bed, 'sqlprod1', { sdpId: '4243' });
  const marks: string[] = [];
  const watched = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      beginRemoval: (sdpId, removalId, now) => {
        marks.push(sdpId);
        return store.beginRemoval(sdpId, removalId, now);
      },
    }),
  });
  expect((await watched.send(remove())).status).toBe(409);
  expect(marks).toEqual([]);
});

it('looks again once it is marked, and takes the mark away', async () => {
  let looks = 0;
  const racing = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      listHosts: async () => ((looks += 1) === 1 ? [] : [aHost({ hostId: 'sqlprod1', sdpId: '4243' })]),
    }),
  });
  expect((await racing.send(remove())).status).toBe(409);
  expect(looks).toBe(2);
  expect(await bed.store.getArray('4243')).toMatchObject({ removalId: '' });
});

it('does not count databases of a host that is not registered', async () => {
  await givenDatabase(bed, onArray);
  expect((await bed.send(remove())).status).toBe(204);
});

describe('while it is being removed', () => {
  beforeEach(async () => {
    await bed.store.beginRemoval('4243', 'removal-1', startSeconds);
  });

  it('no clone of its databases begins', async () => {
    await givenHost(bed, 'sqlprod1');
    await givenHost(bed, 'sqldev1');
    await givenDatabase(bed, { ...onArray, mountPoints: [{ kind: 'disk', path: 'G:', serial: 'serial-1' }] });
    const body = {
      source_host_id: 'sqlprod1',
      destinations: [{ host_id: 'sqldev1', db_id: '7', db_name: 'orders_test' }],
    };
    const answer = await unchanged(bed, {
      method: 'POST',
      path: '/api/echo/v1/echo_dbs',
      token: tokens.operator,
      body,
    });
    expect(answer.status).toBe(409);
    expect(detailOf(answer)).toBe("array '4243' is being removed");
  });

  it('no host is registered that names it', async () => {
    const body = { sdp_id: '4243' };
    const answer = await unchanged(bed, { method: 'PUT', path: '/api/v1/hosts/sqlnew1', token: tokens.admin, body });
    expect(answer.status).toBe(409);
  });

  it('a repeat takes the place of a removal that died', async () => {
    expect((await bed.send(remove())).status).toBe(204);
    expect(await bed.store.getArray('4243')).toBeUndefined();
  });

  it('the sweeper takes a removal back that died', async () => {
    const tick = () =>
      sweep({
        store: bed.store,
        flows: bed.flows,
        clock: bed.clock,
        log: silentLog,
        queues: { removeQueue: () => Promise.resolve() },
        settings: { startGraceSeconds: 15 },
      });
    bed.clock.advanceSeconds(removalGraceSeconds - 1);
    await tick();
    expect(await bed.store.getArray('4243')).toMatchObject({ removalId: 'removal-1' });
    bed.clock.advanceSeconds(1);
    await tick();
    expect(await bed.store.getArray('4243')).toMatchObject({ removalId: '', removingSinceSeconds: 0 });
  });
});

it('does not forget an array whose removal another call has taken over', async () => {
  const overtaken = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      listOpenTasks: async () => {
        await store.beginRemoval('4243', 'removal-2', startSeconds);
        return await store.listOpenTasks();
      },
    }),
  });
  expect((await overtaken.send(remove())).status).toBe(503);
  expect(await bed.store.getArray('4243')).toMatchObject({ removalId: 'removal-2' });
});

it('finds a task that ends while it looks by what the task has made', async () => {
  const task = await givenTask(bed, { requestId: 'task-1', plan: aClonePlan({ sdpId: '4243' }) });
  const racing = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      listHosts: async () => {
        await store.finishTask(task.requestId, 'failed', { error: 'x', result: null }, startSeconds);
        return await store.listHosts();
      },
    }),
  });
  expect((await racing.send(remove())).status).toBe(409);
});
