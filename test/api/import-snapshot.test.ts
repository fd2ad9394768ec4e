import { beforeEach, describe, expect, it } from 'vitest';
import { maxDestinationHosts, maxDestinations } from '../../shared/domain/destination-validation.ts';
import { taskPin } from '../../shared/domain/snapshot.ts';
import { snapshotRow } from '../builders/flex-example.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers, refusedCallers } from './callers.ts';
import { givenArray, givenDatabase, givenHost, givenSnapshot, givenTask } from './given.ts';
import { racingBed } from './racing-bed.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, issueTypesOf, taskOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
const id = 'snap_1767000100';
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, 'sqlprod1');
  await givenHost(bed, 'sqldev1');
  await givenSnapshot(bed);
});

const pathOf = (snapshotId: string): string => `/api/echo/v1/db_snapshots/${snapshotId}/echo_db`;
const destination = { host_id: 'sqldev1', db_id: '7', db_name: 'orders_dev' };
const wanted = { destinations: [destination] };
const to = (...destinations: readonly Partial<typeof destination>[]) => ({
  destinations: destinations.map((one) => ({ ...destination, ...one })),
});
const post = (body: unknown, token: string = tokens.operator, snapshotId = id) =>
  ({ method: 'POST', path: pathOf(snapshotId), token, body }) as const;
const twin = (body: unknown, token: string = tokens.operator, snapshotId = id) =>
  ({ ...post(body, token), path: `${pathOf(snapshotId)}/__validate` }) as const;

describe('makes a task', () => {
  it('answers 200 with a running task and starts its flow with an index for each destination', async () => {
    const answer = await bed.send(post(to({}, { db_name: 'orders_test' })));
    expect(answer.status).toBe(200);
    bodyOf('import-snapshot', answer);
    const task = taskOf(answer);
    expect(task).toMatchObject({
      state: 'running',
      result: null,
      command_type: 'ImportDBSnapshotCommand',
      create_ts: startSeconds,
      location: `/api/echo/v1/tasks/${task.request_id}`,
    });
    expect(bed.flows.started).toEqual([
      { flow: 'import-snapshot', input: { request_id: task.request_id, attempt: 1, destinations: [0, 1] } },
    ]);
  });

  it('shows the clones, and no snapshot of its own, once it is completed', async () => {
    bed.flows.onStart = async (_, { request_id: requestId }) => {
      const clone = { id: '5', name: 'orders_dev', hostId: 'sqldev1' };
      const source = { sourceHostId: 'sqlprod1', sourceDbId: '7', sourceDbName: 'orders' };
      const result = { clones: [{ ...clone, ...source }] };
      await bed.store.finishTask(requestId, 'done', { error: '', result }, startSeconds);
    };
    const task = taskOf(await bed.send(post(wanted)));
    expect(task).toMatchObject({ state: 'running', result: null });
    const later = await bed.send({ method: 'GET', path: task.location, token: tokens.viewer });
    expect(taskOf(later).result).toEqual({
      cloned_dbs: [
        {
          id: '5',
          name: 'orders_dev',
          host_id: 'sqldev1',
          source_host_id: 'sqlprod1',
          source_db_id: 7,
          source_db_name: 'orders',
        },
      ],
    });
  });

  it('records the plan, reserves the names and pins the snapshot', async () => {
    const { request_id: requestId } = taskOf(await bed.send(post(wanted)));
    expect((await bed.store.getTask(requestId))?.plan).toEqual({
      flow: 'import-snapshot',
      sdpId: '134409',
      snapshotId: id,
      sourceHostId: 'sqlprod1',
      destinations: [{ hostId: 'sqldev1', dbName: 'orders_dev', sourceDbId: '7' }],
      targetState: 'online',
    });
    expect(await bed.store.readLock('sqldev1/orders_dev')).toMatchObject({ owner: requestId });
    expect((await bed.store.getSnapshot(id))?.pins).toEqual(new Set([taskPin(requestId)]));
  });

  it('leaves an audit entry that names the task', async () => {
    const { request_id: requestId } = taskOf(await bed.send(post(wanted)));
    expect(await bed.table.rows()).toContainEqual(
      expect.objectContaining({ operation: 'import-snapshot', subject: 'sqldev1/orders_dev', requestId }),
    );
  });

  it.each([
    ['several destinations of one database', to({}, { db_name: 'orders_test' }), {}],
    ['the host that the snapshot was taken of', to({ host_id: 'sqlprod1' }), {}],
    ['target_state recovery', { ...wanted, target_state: 'recovery' }, { targetState: 'recovery' }],
    ['stray fields of other clients', { ...wanted, source_host_id: 5, name_prefix: 'X', cascade: true }, {}],
  ])('for %s', async (_, body, plan) => {
    const { request_id: requestId } = taskOf(await bed.send(post(body)));
    expect((await bed.store.getTask(requestId))?.plan).toMatchObject(plan);
  });

  it('from a snapshot whose host is gone', async () => {
    await bed.send({ method: 'DELETE', path: '/api/v1/hosts/sqlprod1', token: tokens.admin });
    expect((await bed.send(post(wanted))).status).toBe(200);
  });

  it('from a snapshot whose host is silent', async () => {
    await givenHost(bed, 'sqlprod2', { connected: false });
    await givenSnapshot(bed, { snapshotId: 'snap_1767000200', hostId: 'sqlprod2' });
    expect((await bed.send(post(wanted, tokens.operator, 'snap_1767000200'))).status).toBe(200);
  });

  it('several times at once from one snapshot', async () => {
    const bodies = ['a', 'b', 'c'].map((db_name) => to({ db_name }));
    const answers = await Promise.all(bodies.map((body) => bed.send(post(body))));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect((await bed.store.getSnapshot(id))?.pins.size).toBe(3);
  });

  it('of as many copies on as many hosts as a request may name, in one transaction', async () => {
    const hostIds = Array.from({ length: maxDestinationHosts }, (_, index) => `sqltest${String(index)}`);
    await Promise.all(hostIds.map((hostId) => givenHost(bed, hostId)));
    const destinations = Array.from({ length: maxDestinations }, (_, index) => ({
      ...destination,
      host_id: hostIds[index % hostIds.length],
      db_name: `orders_${String(index)}`,
    }));
    const answer = await bed.send({ ...post({ destinations }), headers: { 'Idempotency-Key': 'key-1' } });
    expect(answer.status).toBe(200);
    expect(bed.flows.started).toHaveLength(1);
  });

  it.each(allowedCallers('operator'))('for $caller', async ({ token }) => {
    expect((await bed.send(post(wanted, token))).status).toBe(200);
  });
});

interface Refusal {
  readonly what: string;
  readonly given?: () => Promise<unknown>;
  readonly body: unknown;
  readonly types: readonly string[];
}

const refusals: readonly Refusal[] = [
  { what: 'an unknown host', body: to({ host_id: 'no such host at all' }), types: ['HOST_NOT_FOUND'] },
  {
    what: 'a silent host',
    given: () => givenHost(bed, 'silent', { connected: false }),
    body: to({ host_id: 'silent' }),
    types: ['HOST_NOT_CONNECTED'],
  },
  { what: 'a database that is not in the snapshot', body: to({ db_id: '8' }), types: ['DB_NOT_IN_SNAPSHOT'] },
  { what: 'the same name twice', body: to({}, { db_name: 'ORDERS_dev' }), types: ['DB_NAME_DUPLICATED'] },
  { what: 'a bad name', body: to({ db_name: '[orders]' }), types: ['DB_NAME_INVALID'] },
  {
    what: 'a name that is taken, whatever its case',
    given: () => givenDatabase(bed, { hostId: 'sqldev1', dbId: '9', name: 'ORDERS_DEV' }),
    body: wanted,
    types: ['DB_NAME_IS_IN_USE'],
  },
  {
    what: 'a name a running task has reserved',
    given: () => givenTask(bed, {}, ['sqldev1/orders_dev']),
    body: wanted,
    types: ['DB_NAME_IS_IN_USE'],
  },
  {
    what: 'a host of another engine',
    given: () => givenHost(bed, 'pgdev1', { vendor: 'postgres' }),
    body: to({ host_id: 'pgdev1' }),
    types: ['DB_VENDOR_MISMATCH'],
  },
  {
    what: 'a host on another array',
    given: () => givenHost(bed, 'sqlfar1', { sdpId: '4243' }),
    body: to({ host_id: 'sqlfar1' }),
    types: ['SDP_MISMATCH'],
  },
  {
    what: 'a snapshot that is being deleted',
    given: () => givenTask(bed, {}, [], { exclusiveSnapshots: [id] }),
    body: wanted,
    types: ['RESOURCE_IS_LOCKED'],
  },
  {
    what: 'everything at once',
    given: async () => {
      await givenTask(bed, {}, ['sqldev1/orders_dev'], { exclusiveSnapshots: [id] });
      await givenHost(bed, 'pgfar1', { vendor: 'postgres', sdpId: '4243', connected: false });
    },
    body: to({}, { db_name: 'a"b' }, { db_id: '8', db_name: 'A"b' }, { host_id: 'pgfar1' }, { host_id: 'nowhere' }),
    types: [
      'RESOURCE_IS_LOCKED',
      'HOST_NOT_CONNECTED',
      'HOST_NOT_FOUND',
      'DB_NOT_IN_SNAPSHOT',
      'DB_VENDOR_MISMATCH',
      'SDP_MISMATCH',
      'DB_NAME_DUPLICATED',
      'DB_NAME_INVALID',
      'DB_NAME_INVALID',
      'DB_NAME_IS_IN_USE',
    ],
  },
];

describe.each(refusals)('refuses $what', ({ given, body, types }) => {
  it('with 409 and the issues, and no task; its twin says the same with 200', async () => {
    await given?.();
    const action = await unchanged(bed, post(body));
    expect(action.status).toBe(409);
    expect([...issueTypesOf(action)].sort()).toEqual([...types].sort());
    expect(detailOf(action)).not.toBe('');
    const answer = await unchanged(bed, twin(body));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ valid: false, issues: JSON.parse(action.text).issues });
  });
});

describe('is 404, as is its twin, for', () => {
  it('an unknown snapshot', async () => {
    for (const request of [post, twin]) {
      const answer = await unchanged(bed, request(wanted, tokens.operator, 'snap_1'));
      expect(answer).toMatchObject({ status: 404, body: { detail: "Snapshot 'snap_1' not found" } });
    }
  });

  it('a snapshot whose task still runs', async () => {
    const { requestId } = await givenTask(bed);
    await bed.store.recordSnapshot(snapshotRow({ snapshotId: 'snap_1', requestId, state: 'pending' }), []);
    for (const request of [post, twin]) {
      expect((await unchanged(bed, request(wanted, tokens.operator, 'snap_1'))).status).toBe(404);
    }
  });
});

describe('looks again when, between the look and the record,', () => {
  it('the snapshot was deleted: 404', async () => {
    const racing = await racingBed(bed, async ({ store }) => {
      const { requestId } = await givenTask(bed, {}, [], { exclusiveSnapshots: [id] });
      await store.forgetSnapshot((await store.getSnapshot(id))!, requestId);
    });
    expect((await racing.send(post(wanted))).status).toBe(404);
    expect(racing.flows.started).toEqual([]);
  });

  it('a deletion of the snapshot began: 409 names it', async () => {
    const racing = await racingBed(bed, (one) => givenTask(one, {}, [], { exclusiveSnapshots: [id] }));
    const answer = await racing.send(post(wanted));
    expect(answer.status).toBe(409);
    expect(issueTypesOf(answer)).toEqual(['RESOURCE_IS_LOCKED']);
    expect(detailOf(answer)).toContain(id);
    expect(await bed.store.readLock('sqldev1/orders_dev')).toBeUndefined();
  });

  it('the name was taken: 409', async () => {
    const racing = await racingBed(bed, async (one) => {
      await givenDatabase(one, { hostId: 'sqldev1', dbId: '9', name: 'orders_dev' });
      await one.store.closeInventory('sqldev1', 1, 2, true);
    });
    expect(issueTypesOf(await racing.send(post(wanted)))).toEqual(['DB_NAME_IS_IN_USE']);
    expect((await bed.store.getSnapshot(id))?.pins).toEqual(new Set());
  });

  it('something else changed: the task is recorded', async () => {
    const racing = await racingBed(bed, (one) => one.store.closeInventory('sqldev1', 1, 2, true));
    expect((await racing.send(post(wanted))).status).toBe(200);
    expect(racing.flows.started).toHaveLength(1);
  });

  it('everything changed every time: 503 and Retry-After', async () => {
    const racing = await apiBed(bed.table, {
      wrapStore: (store) => ({ ...store, recordTask: () => Promise.resolve('unavailable') }),
    });
    const answer = await unchanged(racing, post(wanted));
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });
});

it('says 500, and starts nothing, when there is a task of its id already', async () => {
  const racing = await apiBed(bed.table, {
    wrapStore: (store) => ({ ...store, recordTask: () => Promise.resolve('known') }),
  });
  expect((await unchanged(racing, post(wanted))).status).toBe(500);
});

it('refuses with 409 while the array is being removed', async () => {
  await givenArray(bed, '134409', { removalId: 'removal-1', removingSinceSeconds: startSeconds });
  const answer = await unchanged(bed, post(wanted));
  expect(answer).toMatchObject({ status: 409, body: { detail: "array '134409' is being removed" } });
});

it('keeps the snapshot from being deleted', async () => {
  await bed.send(post(wanted));
  const request = { method: 'DELETE', path: `/api/echo/v1/db_snapshots/${id}`, token: tokens.operator } as const;
  expect(issueTypesOf(await unchanged(bed, request))).toEqual(['RESOURCE_IS_LOCKED']);
});

it('its twin says valid and does nothing', async () => {
  expect(await unchanged(bed, twin(wanted))).toMatchObject({ status: 200, body: { valid: true, issues: [] } });
});

describe('bad input changes nothing', () => {
  it.each([
    ['no body', undefined, ['body.destinations']],
    ['no destinations', { destinations: [] }, ['body.destinations']],
    ['a destination without a name', { destinations: [{ host_id: 'a', db_id: '7' }] }, ['body.destinations.0.db_name']],
    ['51 destinations', { destinations: Array(51).fill(destination) }, ['body.destinations']],
    [
      '45 destination hosts',
      { destinations: Array.from({ length: 45 }, (_, index) => ({ ...destination, host_id: `host${String(index)}` })) },
      ['body.destinations'],
    ],
    ['an unknown target state', { ...wanted, target_state: 'offline' }, ['body.target_state']],
  ])('%s', async (_, body, fields) => {
    const answer = await unchanged(bed, post(body));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(expect.arrayContaining(fields));
    expect((await unchanged(bed, twin(body))).body).toEqual(answer.body);
  });

  it('an id longer than any', async () => {
    const answer = await unchanged(bed, post(wanted, tokens.operator, 'x'.repeat(129)));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(['path.snapshot_id']);
  });

  it.each(refusedCallers('operator'))('$caller', async ({ token }) => {
    expect((await unchanged(bed, post(wanted, token))).status).toBe(403);
    expect((await unchanged(bed, twin(wanted, token))).status).toBe(403);
  });
});
