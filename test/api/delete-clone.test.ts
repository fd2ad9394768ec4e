import { beforeEach, describe, expect, it } from 'vitest';
import { maxCascadedSnapshots } from '../../shared/domain/clone-deletion.ts';
import { snapshotRow, taskRow } from '../builders/flex-example.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { allowedCallers, refusedCallers } from './callers.ts';
import { givenClone, givenDatabase, givenHost, givenSnapshot, givenTask } from './given.ts';
import { racingBed } from './racing-bed.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, issueTypesOf, taskOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, 'sqlprod1');
  await givenHost(bed, 'sqldev1');
  await givenDatabase(bed);
  await givenClone(bed);
});

const path = '/api/echo/v1/echo_dbs';
const clone = { host_id: 'sqldev1', database_id: '5' };
const remove = (body: unknown, token: string = tokens.operator) => ({ method: 'DELETE', path, token, body }) as const;
const twin = (body: unknown) => ({ ...remove(body), path: `${path}/__validate` }) as const;

const taken = 'snap_1767000200';
const ofClone = {
  snapshotId: taken,
  hostId: 'sqldev1',
  databases: [{ dbId: '5', uid: '', dbName: 'orders_dev', vendor: 'mssql', restorePoint: '', volumes: [] }],
} as const;

/** A snapshot taken of the clone itself, with a clone of its own. */
const givenSnapshotOfClone = () =>
  givenClone(bed, {
    snapshot: ofClone,
    clone: { dbId: '6', dbName: 'orders_dev2', sourceHostId: 'sqldev1', sourceDbId: '5' },
  });

it('answers 202 with a running task and starts its flow', async () => {
  const answer = await bed.send(remove(clone));
  expect(answer.status).toBe(202);
  bodyOf('delete-clone', answer);
  const task = taskOf(answer);
  expect(task).toMatchObject({ state: 'running', result: null, command_type: 'DeleteCommand' });
  expect(bed.flows.started).toEqual([
    { flow: 'delete-clone', input: { request_id: task.request_id, attempt: 1, destinations: [] } },
  ]);
  expect((await bed.store.getTask(task.request_id))?.plan).toEqual({
    flow: 'delete-clone',
    sdpId: '134409',
    hostId: 'sqldev1',
    dbId: '5',
    dbName: 'orders_dev',
    cloneRequestId: 'done-snap_1767000100',
    snapshotIds: [],
  });
});

it('deletes a clone from before arrays had names on the array of its snapshot', async () => {
  await givenClone(bed, {
    snapshot: { snapshotId: 'snap_1767000300', sdpId: '4243' },
    clone: { dbId: '8', dbName: 'old', sdpId: '' },
  });
  const { request_id: requestId } = taskOf(await bed.send(remove({ ...clone, database_id: '8' })));
  expect((await bed.store.getTask(requestId))?.plan).toMatchObject({ sdpId: '4243' });
});

it('leaves an audit entry that names the task', async () => {
  const { request_id: requestId } = taskOf(await bed.send(remove(clone)));
  expect(await bed.table.rows()).toContainEqual(
    expect.objectContaining({ operation: 'delete-clone', subject: 'sqldev1/orders_dev', requestId }),
  );
});

it.each(allowedCallers('operator'))('may be called by $caller', async ({ token }) => {
  expect((await bed.send(remove(clone, token))).status).toBe(202);
});

it('takes a stray field and a false cascade', async () => {
  expect((await bed.send(remove({ ...clone, cascade: false, db_snapshot_id: 'x' }))).status).toBe(202);
});

const refusals: readonly {
  readonly what: string;
  readonly given?: () => Promise<unknown>;
  readonly body: unknown;
  readonly types: readonly string[];
  /** What the detail names. */
  readonly names?: readonly string[];
}[] = [
  { what: 'an original', body: { host_id: 'sqlprod1', database_id: '7' }, types: ['DB_IS_NOT_A_CLONE'] },
  { what: 'an unknown database', body: { ...clone, database_id: '8' }, types: ['DB_NOT_FOUND'] },
  { what: 'an unknown host', body: { ...clone, host_id: 'nowhere' }, types: ['HOST_NOT_FOUND'] },
  {
    what: 'a clone on a silent host',
    given: () => {
      bed.clock.advanceSeconds(100);
      return Promise.resolve();
    },
    body: clone,
    types: ['HOST_NOT_CONNECTED'],
  },
  { what: 'a clone of which snapshots exist', given: givenSnapshotOfClone, body: clone, types: ['DB_IS_IN_USE'] },
  {
    what: 'a cascade while a clone of a snapshot of it exists',
    given: givenSnapshotOfClone,
    body: { ...clone, cascade: true },
    types: ['DB_IS_IN_USE'],
    names: ['sqldev1/6'],
  },
  {
    what: 'a cascade while a task reads a snapshot of it',
    given: async () => {
      await givenSnapshot(bed, ofClone);
      await givenTask(bed, {}, [], { pinnedSnapshot: taken });
    },
    body: { ...clone, cascade: true },
    types: ['DB_IS_IN_USE'],
    names: [taken, 'read by a running task'],
  },
  {
    what: 'a cascade while a snapshot of it is being taken',
    given: async () => {
      const { requestId } = await givenTask(bed);
      const source = await bed.store.getClone('sqldev1', '5');
      await bed.store.recordSnapshot(
        snapshotRow({ ...ofClone, requestId, state: 'pending' }),
        source === undefined ? [] : [source],
      );
    },
    body: { ...clone, cascade: true },
    types: ['DB_IS_IN_USE'],
    names: [taken],
  },
  {
    what: 'a cascade while a snapshot of it is being deleted',
    given: async () => {
      await givenSnapshot(bed, ofClone);
      await givenTask(bed, {}, [], { exclusiveSnapshots: [taken] });
    },
    body: { ...clone, cascade: true },
    types: ['DB_IS_IN_USE'],
    names: [taken, 'being deleted'],
  },
  {
    what: 'a cascade that would take the snapshot of another database away',
    given: () => {
      const stock = { ...ofClone.databases[0], dbId: '8', dbName: 'stock' };
      return givenSnapshot(bed, { ...ofClone, databases: [...ofClone.databases, stock] });
    },
    body: { ...clone, cascade: true },
    types: ['DB_IS_IN_USE'],
    names: [taken, 'stock'],
  },
  {
    what: 'a cascade over too many snapshots',
    given: async () => {
      const source = (await bed.store.getClone('sqldev1', '5'))!;
      await givenTask(bed);
      for (let index = 0; index <= maxCascadedSnapshots; index += 1) {
        const snapshotId = `snap_${String(index)}`;
        const { requestId } = taskRow();
        await bed.store.recordSnapshot(snapshotRow({ ...ofClone, snapshotId, requestId, state: 'pending' }), [source]);
      }
    },
    body: { ...clone, cascade: true },
    types: ['DB_IS_IN_USE'],
    names: ['41 snapshots', '40 at most'],
  },
  {
    what: 'several things in the way of a cascade at once',
    given: async () => {
      await givenSnapshotOfClone();
      const second = 'snap_1767000400';
      await givenSnapshot(bed, { ...ofClone, snapshotId: second });
      await givenTask(bed, {}, [], { exclusiveSnapshots: [second] });
      bed.clock.advanceSeconds(100);
    },
    body: { ...clone, cascade: true },
    types: ['HOST_NOT_CONNECTED', 'DB_IS_IN_USE', 'DB_IS_IN_USE'],
  },
  {
    what: 'silent host and snapshots at once',
    given: async () => {
      await givenSnapshotOfClone();
      bed.clock.advanceSeconds(100);
    },
    body: clone,
    types: ['HOST_NOT_CONNECTED', 'DB_IS_IN_USE'],
  },
];

describe.each(refusals)('refuses $what', ({ given, body, types, names = [] }) => {
  it('with 409, and no task; its twin says the same with 200', async () => {
    await given?.();
    const action = await unchanged(bed, remove(body));
    expect(action.status).toBe(409);
    expect(issueTypesOf(action)).toEqual(types);
    for (const name of names) expect(detailOf(action)).toContain(name);
    const answer = await unchanged(bed, twin(body));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ valid: false, issues: JSON.parse(action.text).issues });
  });
});

it('refuses a clone that is already gone', async () => {
  await bed.store.forgetClone('sqldev1', '5', 'snap_1767000100');
  expect(issueTypesOf(await unchanged(bed, remove(clone)))).toEqual(['DB_NOT_FOUND']);
});

it('takes a clone whose database its agent no longer reports', async () => {
  await bed.store.removeDatabases(await bed.store.listDatabases('sqldev1'));
  expect((await bed.send(remove(clone))).status).toBe(202);
});

describe('cascade', () => {
  const cascade = { ...clone, cascade: true };

  it('of a clone without snapshots is a plain deletion', async () => {
    const { request_id: requestId } = taskOf(await bed.send(remove(cascade)));
    expect((await bed.store.getTask(requestId))?.plan).toMatchObject({ snapshotIds: [] });
  });

  it('takes the snapshots of the clone with it: they are held from the record on', async () => {
    await givenSnapshot(bed, ofClone);
    await givenSnapshot(bed, { ...ofClone, snapshotId: 'snap_1767000400' });
    expect((await unchanged(bed, twin(cascade))).body).toEqual({ valid: true, issues: [] });
    const { request_id: requestId } = taskOf(await bed.send(remove(cascade)));
    const plan = (await bed.store.getTask(requestId))?.plan;
    expect(plan).toMatchObject({ flow: 'delete-clone', snapshotIds: [taken, 'snap_1767000400'] });
    expect(await bed.store.getSnapshot(taken)).toMatchObject({ exclusiveBy: requestId });
    expect(await bed.store.getSnapshot('snap_1767000400')).toMatchObject({ exclusiveBy: requestId });
    expect(await bed.store.getSnapshot('snap_1767000100')).toMatchObject({ exclusiveBy: '' });
  });

  it('looks again when somebody came to need one of them, and says who', async () => {
    await givenSnapshot(bed, ofClone);
    const racing = await racingBed(bed, (one) => givenTask(one, {}, [], { pinnedSnapshot: taken }));
    const answer = await racing.send(remove(cascade));
    expect(answer.status).toBe(409);
    expect(issueTypesOf(answer)).toEqual(['DB_IS_IN_USE']);
    expect(detailOf(answer)).toContain('read by a running task');
    expect(await bed.store.getClone('sqldev1', '5')).toBeDefined();
    expect(bed.flows.started).toEqual([]);
  });
});

describe('the twin', () => {
  it('says valid and does nothing', async () => {
    expect(await unchanged(bed, twin(clone))).toMatchObject({ status: 200, body: { valid: true, issues: [] } });
  });

  it('tells of a clone that a running task holds; the action waits for it', async () => {
    await givenTask(bed, {}, ['sqldev1/orders_dev']);
    expect(issueTypesOf(await unchanged(bed, twin(clone)))).toEqual(['RESOURCE_IS_LOCKED']);
    expect((await bed.send(remove(clone))).status).toBe(202);
  });
});

describe('bad input changes nothing', () => {
  it.each([
    ['no body', undefined, ['body.host_id', 'body.database_id']],
    ['no host', { database_id: '5' }, ['body.host_id']],
    ['an empty database', { ...clone, database_id: '' }, ['body.database_id']],
    ['a number for a database id', { ...clone, database_id: 5 }, ['body.database_id']],
    ['a text for cascade', { ...clone, cascade: 'false' }, ['body.cascade']],
    ['names no table could hold', { host_id: '中'.repeat(256), database_id: '中'.repeat(65) }, ['body.database_id']],
  ])('%s', async (_, body, fields) => {
    const answer = await unchanged(bed, remove(body));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(expect.arrayContaining(fields));
    expect((await unchanged(bed, twin(body))).body).toEqual(answer.body);
  });

  it('names as long as the schema lets them be are an unknown host', async () => {
    const answer = await unchanged(bed, remove({ host_id: '中'.repeat(256), database_id: '中'.repeat(64) }));
    expect(issueTypesOf(answer)).toEqual(['HOST_NOT_FOUND']);
  });

  it.each(refusedCallers('operator'))('$caller', async ({ token }) => {
    expect((await unchanged(bed, remove(clone, token))).status).toBe(403);
    expect((await unchanged(bed, { ...twin(clone), token })).status).toBe(403);
  });
});
