import { beforeEach, describe, expect, it } from 'vitest';
import { maxSnapshotDatabases } from '../../shared/domain/snapshot-validation.ts';
import type { Database } from '../../shared/domain/database.ts';
import { aVolume } from '../builders/database.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers, callingHost, refusedCallers } from './callers.ts';
import { givenArray, givenDatabase, givenHost, givenTask } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, issueTypesOf, taskOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, callingHost, { hasVssProvider: true });
  await givenDatabase(bed);
});

const path = '/api/echo/v1/db_snapshots';
const wanted = { source_host_id: callingHost, database_ids: ['7'] };
const post = (body: unknown, token: string = tokens.operator) => ({ method: 'POST', path, token, body }) as const;
const twin = (body: unknown, token: string = tokens.operator) =>
  ({ ...post(body, token), path: `${path}/__validate` }) as const;

/** A second database of the host, in a volume group of its own. */
const givenStock = (given: Partial<Database> = {}) =>
  givenDatabase(bed, {
    dbId: '8',
    name: 'stock',
    mountPoints: [{ kind: 'disk', path: 'S:\\', serial: 'stock-1' }],
    volumes: [aVolume({ sdpId: '134409', serial: 'stock-1', volumeId: 8, volumeGroupId: 3 })],
    ...given,
  });

/** `orders` with a disk in each of two volume groups. */
const givenSplitOrders = () =>
  givenDatabase(bed, {
    mountPoints: ['data', 'log'].map((serial) => ({ kind: 'disk', path: serial, serial })),
    volumes: [
      aVolume({ sdpId: '134409', serial: 'data', volumeGroupId: 2 }),
      aVolume({ sdpId: '134409', serial: 'log', volumeGroupId: 3 }),
    ],
  });

describe('makes a task', () => {
  it('answers 200 with a running task and starts its flow', async () => {
    const answer = await bed.send({ ...post(wanted), headers: { 'hs-ref-id': 'a1B2c3D4e5' } });
    expect(answer.status).toBe(200);
    bodyOf('create-snapshot', answer);
    const task = taskOf(answer);
    expect(task).toMatchObject({
      state: 'running',
      result: null,
      error: '',
      command_type: 'CreateDBSnapshotCommand',
      ref_id: 'a1B2c3D4e5',
      create_ts: startSeconds,
      update_ts: startSeconds,
      location: `/api/echo/v1/tasks/${task.request_id}`,
    });
    expect(bed.flows.started).toEqual([
      { flow: 'create-snapshot', input: { request_id: task.request_id, attempt: 1, destinations: [] } },
    ]);
  });

  it('lists the task before it answers, and says running even when the work is already done', async () => {
    const list = { method: 'GET', path: '/api/echo/v1/tasks', token: tokens.viewer } as const;
    let listed: unknown;
    bed.flows.onStart = async (_, { request_id: requestId }) => {
      listed = (await bed.send(list)).body;
      const result = { snapshotId: 'snap_1767000001' };
      await bed.store.finishTask(requestId, 'done', { error: '', result }, startSeconds);
    };
    const task = taskOf(await bed.send(post(wanted)));
    expect(task).toMatchObject({ state: 'running', result: null });
    expect(listed).toMatchObject([{ request_id: task.request_id, state: 'running' }]);
    expect((await bed.send({ ...list, path: task.location })).body).toMatchObject({
      state: 'completed',
      result: { db_snapshot: { id: 'snap_1767000001' } },
    });
  });

  it('over an older path says the location of today', async () => {
    const task = taskOf(await bed.send({ ...post(wanted), path: '/flex/api/v1/db_snapshots' }));
    expect(task.location).toBe(`/api/echo/v1/tasks/${task.request_id}`);
    const older = { method: 'GET', path: `/api/ocie/v1/tasks/${task.request_id}`, token: tokens.viewer } as const;
    expect(taskOf(await bed.send(older))).toEqual(task);
  });

  it('records the plan with the defaults of the contract', async () => {
    const { request_id: requestId } = taskOf(await bed.send(post(wanted)));
    expect((await bed.store.getTask(requestId))?.plan).toEqual({
      flow: 'create-snapshot',
      sdpId: '134409',
      sourceHostId: callingHost,
      sources: [{ dbId: '7', uid: '', dbName: 'orders', vendor: 'mssql' }],
      namePrefix: 'snap',
      consistencyLevel: 'application',
      forceVss: false,
      scheduleId: '',
    });
  });

  it('leaves an audit entry that names the task and every database', async () => {
    await givenStock();
    const { request_id: requestId } = taskOf(await bed.send(post({ ...wanted, database_ids: ['8', '7'] })));
    expect(await bed.table.rows()).toContainEqual(
      expect.objectContaining({
        operation: 'create-snapshot',
        principal: 'user:operator',
        subject: 'sqlprod1/orders,sqlprod1/stock',
        requestId,
        sourceIp: '192.0.2.7',
      }),
    );
  });

  it.each([
    ['several databases', { database_ids: ['7', '8'] }],
    [
      'several databases at crash level, each in a volume group of its own',
      { database_ids: ['7', '8'], consistency_level: 'crash' },
    ],
    ['a database that is named twice', { database_ids: ['7', '8', '7'] }],
  ])('of %s: all of them lie in one snapshot', async (_, more) => {
    await givenStock();
    const { request_id: requestId } = taskOf(await bed.send(post({ ...wanted, ...more })));
    expect((await bed.store.getTask(requestId))?.plan).toMatchObject({
      sources: [
        { dbId: '7', dbName: 'orders' },
        { dbId: '8', dbName: 'stock' },
      ],
    });
    expect(bed.flows.started).toHaveLength(1);
  });

  it('of a database over several volume groups, at application level', async () => {
    await givenSplitOrders();
    expect((await bed.send(post(wanted))).status).toBe(200);
  });

  it('at crash level where VSS is forced and there is none: it is not used', async () => {
    await givenHost(bed, 'pgprod1', { vendor: 'postgres' });
    await givenDatabase(bed, { hostId: 'pgprod1', vendor: 'postgres' });
    const body = { source_host_id: 'pgprod1', database_ids: ['7'], consistency_level: 'crash', use_vss: true };
    expect((await bed.send(post(body))).status).toBe(200);
  });

  it.each([
    ['force_vss_usage', { force_vss_usage: true }, { forceVss: true }],
    ['use_vss, its newer name', { use_vss: true }, { forceVss: true }],
    ['either of both names', { force_vss_usage: false, use_vss: true }, { forceVss: true }],
    ['either of both names, the other way', { force_vss_usage: true, use_vss: false }, { forceVss: true }],
    ['crash level', { consistency_level: 'crash' }, { consistencyLevel: 'crash' }],
    ['a prefix of 4 characters', { name_prefix: 'a234' }, { namePrefix: 'a234' }],
    ['a prefix of 20 characters', { name_prefix: 'a2345678901234567890' }, { namePrefix: 'a2345678901234567890' }],
    ['a prefix that ends with a dash', { name_prefix: 'abc-' }, { namePrefix: 'abc-' }],
    ['session time-outs', { backup_session_timeout_sec: 60, restore_session_timeout_sec: 60 }, {}],
    ['stray fields of other clients', { destinations: [], db_snapshot_id: 'x', cascade: true }, {}],
  ])('with %s', async (_, more, plan) => {
    const { request_id: requestId } = taskOf(await bed.send(post({ ...wanted, ...more })));
    expect((await bed.store.getTask(requestId))?.plan).toMatchObject(plan);
  });

  it('again for the same database at the same time: the later one waits for its turn', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => bed.send(post(wanted))));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(await bed.store.listOpenTasks()).toHaveLength(3);
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
  { what: 'an unknown host', body: { ...wanted, source_host_id: 'no such host at all' }, types: ['HOST_NOT_FOUND'] },
  {
    what: 'a silent host',
    given: () => givenHost(bed, 'silent', { connected: false }).then(() => givenDatabase(bed, { hostId: 'silent' })),
    body: { ...wanted, source_host_id: 'silent' },
    types: ['HOST_NOT_CONNECTED'],
  },
  { what: 'an unknown database', body: { ...wanted, database_ids: ['7', '8'] }, types: ['DB_NOT_FOUND'] },
  {
    what: 'a database of an earlier registration of the host',
    given: () => givenStock({ generation: 0 }),
    body: { ...wanted, database_ids: ['8'] },
    types: ['DB_NOT_FOUND'],
  },
  {
    what: 'a database that is not on the array',
    given: () => givenDatabase(bed, { serial: null }),
    body: wanted,
    types: ['DB_SNAPSHOT_NOT_ALLOWED'],
  },
  {
    what: 'a database that is not online',
    given: () => givenDatabase(bed, { status: 'OFFLINE' }),
    body: wanted,
    types: ['DB_SNAPSHOT_NOT_ALLOWED'],
  },
  {
    what: 'crash level over the volume groups of one database',
    given: givenSplitOrders,
    body: { ...wanted, consistency_level: 'crash' },
    types: ['DB_SNAPSHOT_NOT_ALLOWED'],
  },
  {
    what: 'databases on several arrays',
    given: () => givenStock({ volumes: [aVolume({ sdpId: '4243', serial: 'stock-1' })] }),
    body: { ...wanted, database_ids: ['7', '8'] },
    types: ['SDP_MISMATCH'],
  },
  {
    what: 'VSS where there is none',
    given: async () => {
      await givenHost(bed, 'pgprod1', { vendor: 'postgres' });
      await givenDatabase(bed, { hostId: 'pgprod1', vendor: 'postgres' });
    },
    body: { ...wanted, source_host_id: 'pgprod1', use_vss: true },
    types: ['VSS_NOT_AVAILABLE'],
  },
  {
    what: 'application level of an older SQL Server without VSS',
    given: async () => {
      await givenHost(bed, 'sqlold1', { dbEngineVersion: '15.0.2000.5' });
      await givenDatabase(bed, { hostId: 'sqlold1' });
    },
    body: { ...wanted, source_host_id: 'sqlold1' },
    types: ['VSS_NOT_AVAILABLE'],
  },
  {
    what: 'everything at once',
    given: async () => {
      const disks = (await givenSplitOrders()).volumes;
      await givenHost(bed, 'pgprod1', { vendor: 'postgres', connected: false });
      await givenDatabase(bed, {
        hostId: 'pgprod1',
        vendor: 'postgres',
        mountPoints: disks.map(({ serial }) => ({ kind: 'disk', path: serial, serial })),
        volumes: disks,
      });
      await givenStock({ hostId: 'pgprod1', volumes: [aVolume({ sdpId: '4243', serial: 'stock-1' })] });
    },
    body: {
      source_host_id: 'pgprod1',
      database_ids: ['7', '8', '9'],
      consistency_level: 'crash',
    },
    types: ['HOST_NOT_CONNECTED', 'DB_SNAPSHOT_NOT_ALLOWED', 'DB_NOT_FOUND', 'SDP_MISMATCH'],
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

it('refuses with 409 while the array is being removed', async () => {
  await givenArray(bed, '134409', { removalId: 'removal-1', removingSinceSeconds: startSeconds });
  const answer = await unchanged(bed, post(wanted));
  expect(answer).toMatchObject({ status: 409, body: { detail: "array '134409' is being removed" } });
});

describe('the twin', () => {
  it('says valid and does nothing', async () => {
    expect(await unchanged(bed, twin(wanted))).toMatchObject({ status: 200, body: { valid: true, issues: [] } });
  });

  it('tells of a database that a running task holds; the action waits for it', async () => {
    await givenStock();
    await givenTask(bed, {}, ['sqlprod1/orders']);
    const both = { ...wanted, database_ids: ['7', '8'] };
    expect((await unchanged(bed, twin(both))).body).toMatchObject({
      valid: false,
      issues: [{ issue_type: 'RESOURCE_IS_LOCKED', body: { host_id: callingHost, db_id: '7' } }],
    });
    expect((await bed.send(post(both))).status).toBe(200);
  });
});

it.each(refusedCallers('operator'))('refuses $caller, as does its twin', async ({ token }) => {
  expect((await unchanged(bed, post(wanted, token))).status).toBe(403);
  expect((await unchanged(bed, twin(wanted, token))).status).toBe(403);
});

describe('bad input is 422, also at the twin, and changes nothing:', () => {
  const tooMany = Array.from({ length: maxSnapshotDatabases + 1 }, (_, index) => String(index));
  it.each([
    ['no body', {}, ['body.source_host_id', 'body.database_ids']],
    ['an empty host', { ...wanted, source_host_id: '' }, ['body.source_host_id']],
    ['a host of the wrong type', { ...wanted, source_host_id: 5 }, ['body.source_host_id']],
    ['no databases', { ...wanted, database_ids: [] }, ['body.database_ids']],
    ['databases that are no list', { ...wanted, database_ids: '7' }, ['body.database_ids']],
    ['a number for a database', { ...wanted, database_ids: ['7', 8] }, ['body.database_ids.1']],
    ['an empty database id', { ...wanted, database_ids: [''] }, ['body.database_ids.0']],
    ['more databases than one snapshot takes', { ...wanted, database_ids: tooMany }, ['body.database_ids']],
    ['a prefix of 3 characters', { ...wanted, name_prefix: 'abc' }, ['body.name_prefix']],
    ['a prefix of 21 characters', { ...wanted, name_prefix: 'a23456789012345678901' }, ['body.name_prefix']],
    ['a prefix with a capital', { ...wanted, name_prefix: 'Nightly' }, ['body.name_prefix']],
    ['a prefix that begins with a digit', { ...wanted, name_prefix: '1nightly' }, ['body.name_prefix']],
    ['a prefix with a line end', { ...wanted, name_prefix: 'nightly\n' }, ['body.name_prefix']],
    ['another level', { ...wanted, consistency_level: 'best' }, ['body.consistency_level']],
    ['a word for VSS', { ...wanted, force_vss_usage: 'yes' }, ['body.force_vss_usage']],
    ['a time-out of nothing', { ...wanted, backup_session_timeout_sec: 0 }, ['body.backup_session_timeout_sec']],
  ])('%s', async (_, body, fields) => {
    for (const request of [post(body), twin(body)]) {
      const answer = await unchanged(bed, request);
      expect(answer.status).toBe(422);
      expect([...new Set(fieldsOf(answer))]).toEqual(fields);
    }
  });
});
