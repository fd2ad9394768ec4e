import { beforeEach, describe, expect, it } from 'vitest';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { allowedCallers, refusedCallers } from './callers.ts';
import { givenClone, givenDatabase, givenHost, givenTask } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, fieldsOf, issueTypesOf, taskOf, unchanged } from './wire-answers.ts';

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

/** A snapshot taken of the clone itself. */
const givenSnapshotOfClone = () =>
  givenClone(bed, {
    snapshot: {
      snapshotId: 'snap_1767000200',
      hostId: 'sqldev1',
      databases: [{ dbId: '5', dbName: 'orders_dev', vendor: 'mssql', restorePoint: '', volumes: [] }],
    },
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
  expect((await bed.store.getTask(task.request_id))?.plan).toMatchObject({
    dbName: 'orders_dev',
    views: ['rp-view-1'],
    snapshotId: 'snap_1767000100',
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
  { what: 'a cascade, which is not served yet', body: { ...clone, cascade: true }, types: ['DB_IS_IN_USE'] },
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

describe.each(refusals)('refuses $what', ({ given, body, types }) => {
  it('with 409, and no task; its twin says the same with 200', async () => {
    await given?.();
    const action = await unchanged(bed, remove(body));
    expect(action.status).toBe(409);
    expect(issueTypesOf(action)).toEqual(types);
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
