import { beforeEach, describe, expect, it } from 'vitest';
import { taskPin } from '../../shared/domain/snapshot.ts';
import { aVolume } from '../builders/database.ts';
import { snapshotRow } from '../builders/flex-example.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers, refusedCallers } from './callers.ts';
import { givenArray, givenClone, givenDatabase, givenHost, givenSnapshot, givenTask } from './given.ts';
import { racingBed } from './racing-bed.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, issueTypesOf, taskOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
const newer = 'snap_1767000200';
/** `startSeconds`, 2025-12-29T09:20:00Z, in the name of a backup. */
const backup = 'orders_dev_bkp_20251229T092000Z';
let bed: ApiBed;
/** `orders` (7) on sqlprod1, its clone `orders_dev` (5) on sqldev1, and a newer snapshot of `orders`. */
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, 'sqlprod1');
  await givenHost(bed, 'sqldev1');
  await givenDatabase(bed);
  await givenClone(bed);
  await givenSnapshot(bed, { snapshotId: newer });
});

const wanted = { snapshot_id: newer, db_names: ['orders_dev'] };
const pathOf = (hostId: string): string => `/api/echo/v1/hosts/${hostId}/databases/_refresh`;
const post = (body: unknown, token: string = tokens.operator, hostId = 'sqldev1') =>
  ({ method: 'POST', path: pathOf(hostId), token, body }) as const;
const twin = (body: unknown, token: string = tokens.operator, hostId = 'sqldev1') =>
  ({ ...post(body, token), path: `${pathOf(hostId)}/__validate` }) as const;

const planOf = async (body: unknown) => {
  const { request_id: requestId } = taskOf(await bed.send(post(body)));
  return (await bed.store.getTask(requestId))?.plan;
};

describe('makes a task', () => {
  it('answers 200 with a running task and starts its flow with an index for each database', async () => {
    const answer = await bed.send(post(wanted));
    expect(answer.status).toBe(200);
    bodyOf('refresh-databases', answer);
    const task = taskOf(answer);
    expect(task).toMatchObject({
      state: 'running',
      result: null,
      command_type: 'ReplaceDBCommand',
      create_ts: startSeconds,
      location: `/api/echo/v1/tasks/${task.request_id}`,
    });
    expect(bed.flows.started).toEqual([
      { flow: 'refresh', input: { request_id: task.request_id, attempt: 1, destinations: [0] } },
    ]);
  });

  it('records the plan and pins the snapshot; nothing is reserved without a backup', async () => {
    const { request_id: requestId } = taskOf(await bed.send(post(wanted)));
    expect((await bed.store.getTask(requestId))?.plan).toEqual({
      flow: 'refresh',
      sdpId: '134409',
      hostId: 'sqldev1',
      snapshotId: newer,
      sourceHostId: 'sqlprod1',
      databases: [{ dbId: '5', dbName: 'orders_dev', sourceDbId: '7', backupName: '' }],
      targetState: 'online',
    });
    expect((await bed.store.getSnapshot(newer))?.pins).toEqual(new Set([taskPin(requestId)]));
    expect((await bed.table.rows()).filter((row) => row['_et'] === 'lock')).toEqual([]);
  });

  it('reserves the name of a backup, which bears the time of the refresh', async () => {
    expect(await planOf({ ...wanted, keep_backup: true })).toMatchObject({
      databases: [{ dbName: 'orders_dev', backupName: backup }],
    });
    expect(await bed.store.readLock(`sqldev1/${backup.toLowerCase()}`)).toBeDefined();
  });

  it('takes the next free second for all its backups when others have the names of this one', async () => {
    await givenClone(bed, { snapshot: { snapshotId: 'snap_1767000300' }, clone: { dbId: '6', dbName: 'a_test' } });
    const both = { ...wanted, db_names: ['orders_dev', 'a_test'], keep_backup: true };
    const names = (second: string) => ({
      databases: [
        { backupName: `orders_dev_bkp_20251229T0920${second}Z` },
        { backupName: `a_test_bkp_20251229T0920${second}Z` },
      ],
    });
    expect(await planOf({ ...wanted, keep_backup: true })).toMatchObject({ databases: [{ backupName: backup }] });
    await givenDatabase(bed, { hostId: 'sqldev1', dbId: '9', name: 'A_TEST_bkp_20251229T092001Z' });
    expect(await planOf(both)).toMatchObject(names('02'));
    expect(await planOf(both)).toMatchObject(names('03'));
  });

  it('costs more calls to the table only when a name is taken', async () => {
    const calls = async () => {
      bed.table.forgetCalls();
      expect((await bed.send(post({ ...wanted, keep_backup: true }))).status).toBe(200);
      return bed.table.calls().length;
    };
    const first = await calls();
    expect(await calls()).toBe(first + 1);
  });

  it('leaves an audit entry that names the task', async () => {
    const { request_id: requestId } = taskOf(await bed.send(post(wanted)));
    expect(await bed.table.rows()).toContainEqual(
      expect.objectContaining({ operation: 'refresh-databases', subject: 'sqldev1/orders_dev', requestId }),
    );
  });

  it('for a name in another case: the plan has the one that the host reports', async () => {
    expect(await planOf({ ...wanted, db_names: ['ORDERS_dev'] })).toMatchObject({
      databases: [{ dbName: 'orders_dev' }],
    });
  });

  it('for several databases, in the order of the call', async () => {
    await givenClone(bed, {
      snapshot: { snapshotId: 'snap_1767000300' },
      clone: { dbId: '6', dbName: 'a_test' },
    });
    expect(await planOf({ ...wanted, db_names: ['orders_dev', 'a_test'] })).toMatchObject({
      databases: [
        { dbId: '5', sourceDbId: '7' },
        { dbId: '6', sourceDbId: '7' },
      ],
    });
  });

  it('for a database that is no clone, from the one of its name', async () => {
    await givenDatabase(bed, { hostId: 'sqldev1', dbId: '9', name: 'Orders', serial: 'other' });
    expect(await planOf({ ...wanted, db_names: ['orders'] })).toMatchObject({
      databases: [{ dbId: '9', dbName: 'Orders', sourceDbId: '7' }],
    });
  });

  it('for a clone whose snapshots stay with its backup', async () => {
    await givenSnapshotOfClone();
    expect(await planOf({ ...wanted, keep_backup: true })).toMatchObject({ databases: [{ dbId: '5' }] });
  });

  it('while another task holds the database: it waits for its turn', async () => {
    await givenTask(bed, {}, ['sqldev1/orders_dev']);
    expect((await bed.send(post(wanted))).status).toBe(200);
  });

  it.each([
    ['target_state recovery', { target_state: 'recovery' }, { targetState: 'recovery' }],
    ['stray fields of other clients', { destinations: 5, database_ids: ['9'], use_vss: 'x', cascade: true }, {}],
  ])('with %s', async (_, more, plan) => {
    expect(await planOf({ ...wanted, ...more })).toMatchObject(plan);
  });

  it.each(allowedCallers('operator'))('for $caller', async ({ token }) => {
    expect((await bed.send(post(wanted, token))).status).toBe(200);
  });
});

/** A snapshot taken of the clone, which nobody needs. */
const givenSnapshotOfClone = () =>
  givenSnapshot(bed, {
    snapshotId: 'snap_1767000400',
    hostId: 'sqldev1',
    databases: [{ dbId: '5', uid: '', dbName: 'orders_dev', vendor: 'mssql', restorePoint: '', volumes: [] }],
  });

const hostIs = (about: Parameters<typeof givenHost>[2]) => async () => {
  await bed.send({ method: 'DELETE', path: '/api/v1/hosts/sqldev1', token: tokens.admin });
  await givenHost(bed, 'sqldev1', about);
};

interface Refusal {
  readonly what: string;
  readonly given?: () => Promise<unknown>;
  readonly body: unknown;
  readonly types: readonly string[];
}

const longName = 'x'.repeat(109);
const keeping = { ...wanted, keep_backup: true };
/** Every name that a backup of this moment could bear. */
const backupKeys = Array.from({ length: 10 }, (_, second) => `sqldev1/orders_dev_bkp_20251229t09200${String(second)}z`);
const refusals: readonly Refusal[] = [
  { what: 'a silent host', given: hostIs({ connected: false }), body: wanted, types: ['HOST_NOT_CONNECTED'] },
  { what: 'an unknown snapshot', body: { ...wanted, snapshot_id: 'snap_1' }, types: ['DB_SNAPSHOT_NOT_FOUND'] },
  {
    what: 'a snapshot whose task still runs',
    given: async () => {
      const { requestId } = await givenTask(bed);
      await bed.store.recordSnapshot(snapshotRow({ snapshotId: 'snap_1', requestId, state: 'pending' }), []);
    },
    body: { ...wanted, snapshot_id: 'snap_1' },
    types: ['DB_SNAPSHOT_NOT_FOUND'],
  },
  { what: 'an unknown database', body: { ...wanted, db_names: ['orders_dev', 'x'] }, types: ['DB_NOT_FOUND'] },
  {
    what: 'a database of an earlier registration of the host',
    given: () => givenDatabase(bed, { hostId: 'sqldev1', dbId: '8', name: 'old', generation: 0 }),
    body: { ...wanted, db_names: ['old'] },
    types: ['DB_NOT_FOUND'],
  },
  {
    what: 'the same name twice, whatever its case',
    body: { ...wanted, db_names: ['orders_dev', 'ORDERS_DEV'] },
    types: ['DB_NAME_DUPLICATED'],
  },
  {
    what: 'a clone of another database',
    given: () =>
      givenClone(bed, {
        snapshot: { snapshotId: 'snap_1767000300' },
        clone: { dbId: '6', dbName: 'stock_dev', sourceDbId: '8' },
      }),
    body: { ...wanted, db_names: ['stock_dev'] },
    types: ['DB_NOT_IN_SNAPSHOT'],
  },
  {
    what: 'a clone of a database of another host, though the snapshot has one of that id',
    given: () =>
      givenClone(bed, {
        snapshot: { snapshotId: 'snap_1767000300', hostId: 'sqlprod2' },
        clone: { dbId: '6', dbName: 'orders', sourceHostId: 'sqlprod2' },
      }),
    body: { ...wanted, db_names: ['orders'] },
    types: ['DB_NOT_IN_SNAPSHOT'],
  },
  {
    what: 'an original of a name that the snapshot does not have',
    given: () => givenDatabase(bed, { hostId: 'sqldev1', dbId: '9', name: 'stock', serial: 'other' }),
    body: { ...wanted, db_names: ['stock'] },
    types: ['DB_NOT_IN_SNAPSHOT'],
  },
  { what: 'a clone of which snapshots exist', given: givenSnapshotOfClone, body: wanted, types: ['DB_IS_IN_USE'] },
  {
    what: 'a backup whose names are taken',
    given: async () => {
      for (const [index, key] of backupKeys.entries()) {
        await givenDatabase(bed, { hostId: 'sqldev1', dbId: `9${String(index)}`, name: key.slice('sqldev1/'.length) });
      }
    },
    body: keeping,
    types: ['DB_NAME_IS_IN_USE'],
  },
  {
    what: 'a backup whose names running tasks have reserved',
    given: () => givenTask(bed, {}, backupKeys),
    body: keeping,
    types: ['DB_NAME_IS_IN_USE'],
  },
  {
    what: 'a backup whose name would be too long',
    given: () =>
      givenClone(bed, { snapshot: { snapshotId: 'snap_1767000300' }, clone: { dbId: '6', dbName: longName } }),
    body: { ...keeping, db_names: [longName] },
    types: ['DB_NAME_INVALID'],
  },
  {
    what: 'a backup on a host whose agent may not rename',
    given: hostIs({ mayKeepBackups: false }),
    body: keeping,
    types: ['MISSING_HOST_PERMISSION'],
  },
  {
    what: 'a host of another engine',
    given: hostIs({ vendor: 'postgres' }),
    body: wanted,
    types: ['DB_VENDOR_MISMATCH'],
  },
  { what: 'a host on another array', given: hostIs({ sdpId: '4243' }), body: wanted, types: ['SDP_MISMATCH'] },
  {
    what: 'a database whose volumes are on another array',
    given: () =>
      givenDatabase(bed, {
        hostId: 'sqldev1',
        dbId: '5',
        name: 'orders_dev',
        serial: 'far',
        volumes: [aVolume({ sdpId: '4243', serial: 'far' })],
      }),
    body: wanted,
    types: ['SDP_MISMATCH'],
  },
  {
    what: 'a snapshot that is being deleted',
    given: () => givenTask(bed, {}, [], { exclusiveSnapshots: [newer] }),
    body: wanted,
    types: ['RESOURCE_IS_LOCKED'],
  },
  {
    what: 'everything at once',
    given: async () => {
      await hostIs({ vendor: 'postgres', sdpId: '4243', connected: false, mayKeepBackups: false })();
      await givenTask(bed, {}, backupKeys, { exclusiveSnapshots: [newer] });
      await givenDatabase(bed, { hostId: 'sqldev1', dbId: '9', name: longName });
    },
    body: { ...keeping, db_names: ['orders_dev', 'Orders_dev', longName, 'x'] },
    types: [
      'HOST_NOT_CONNECTED',
      'DB_NOT_FOUND',
      'DB_NAME_DUPLICATED',
      'RESOURCE_IS_LOCKED',
      'DB_NOT_IN_SNAPSHOT',
      'DB_VENDOR_MISMATCH',
      'SDP_MISMATCH',
      'MISSING_HOST_PERMISSION',
      'DB_NAME_INVALID',
      'DB_NAME_IS_IN_USE',
    ],
  },
  {
    what: 'what neither host nor snapshot know',
    body: { snapshot_id: 'snap_1', db_names: ['x'] },
    types: ['DB_NOT_FOUND', 'DB_SNAPSHOT_NOT_FOUND'],
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

it('is 404, as is its twin, for an unknown host', async () => {
  for (const request of [post, twin]) {
    const answer = await unchanged(bed, request(wanted, tokens.operator, 'nowhere'));
    expect(answer).toMatchObject({ status: 404, body: { detail: "Host 'nowhere' not found" } });
  }
});

describe('looks again when, between the look and the record,', () => {
  it.each([
    [
      'the snapshot was deleted',
      async ({ store }: ApiBed) => {
        const { requestId } = await givenTask(bed, {}, [], { exclusiveSnapshots: [newer] });
        await store.forgetSnapshot((await store.getSnapshot(newer))!, requestId);
      },
      ['DB_SNAPSHOT_NOT_FOUND'],
    ],
    [
      'a deletion of the snapshot began',
      (racing: ApiBed) => givenTask(racing, {}, [], { exclusiveSnapshots: [newer] }),
      ['RESOURCE_IS_LOCKED'],
    ],
    [
      'the database went',
      async ({ store }: ApiBed) => {
        await store.removeDatabases(await store.listDatabases('sqldev1'));
        await store.closeInventory('sqldev1', 1, 2, true);
      },
      ['DB_NOT_FOUND'],
    ],
    [
      'every name of the backup was reserved',
      (racing: ApiBed) => givenTask(racing, {}, backupKeys),
      ['DB_NAME_IS_IN_USE'],
    ],
  ])('%s', async (_, meanwhile, types) => {
    const racing = await racingBed(bed, meanwhile);
    const answer = await racing.send(post(keeping));
    expect(answer.status).toBe(409);
    expect(issueTypesOf(answer)).toEqual(types);
    expect(racing.flows.started).toEqual([]);
  });
});

it('takes the next second when the name of the backup was reserved between the look and the record', async () => {
  const racing = await racingBed(bed, (other) => givenTask(other, {}, [`sqldev1/${backup.toLowerCase()}`]));
  const { request_id: requestId } = taskOf(await racing.send(post(keeping)));
  expect((await racing.store.getTask(requestId))?.plan).toMatchObject({
    databases: [{ backupName: 'orders_dev_bkp_20251229T092001Z' }],
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

  it('tells of a database that a running task holds', async () => {
    await givenTask(bed, {}, ['sqldev1/orders_dev']);
    expect(issueTypesOf(await unchanged(bed, twin(wanted)))).toEqual(['RESOURCE_IS_LOCKED']);
  });
});

describe('bad input changes nothing', () => {
  it.each([
    ['no body', undefined, ['body.snapshot_id', 'body.db_names']],
    ['an empty snapshot', { ...wanted, snapshot_id: '' }, ['body.snapshot_id']],
    ['a snapshot longer than any', { ...wanted, snapshot_id: 'x'.repeat(129) }, ['body.snapshot_id']],
    ['no names', { ...wanted, db_names: [] }, ['body.db_names']],
    ['a name that is no text', { ...wanted, db_names: [5] }, ['body.db_names.0']],
    ['one name in place of the list', { ...wanted, db_names: 'orders_dev' }, ['body.db_names']],
    [
      '46 names',
      { ...wanted, db_names: Array.from({ length: 46 }, (_, index) => `d${String(index)}`) },
      ['body.db_names'],
    ],
    ['a text for keep_backup', { ...wanted, keep_backup: 'yes' }, ['body.keep_backup']],
    ['an unknown target state', { ...wanted, target_state: 'offline' }, ['body.target_state']],
  ])('%s', async (_, body, fields) => {
    const answer = await unchanged(bed, post(body));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(expect.arrayContaining(fields));
    expect((await unchanged(bed, twin(body))).body).toEqual(answer.body);
  });

  it.each(refusedCallers('operator'))('$caller', async ({ token }) => {
    expect((await unchanged(bed, post(wanted, token))).status).toBe(403);
    expect((await unchanged(bed, twin(wanted, token))).status).toBe(403);
  });
});
