import { beforeEach, describe, expect, it } from 'vitest';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers, refusedCallers } from './callers.ts';
import { givenDatabase, givenHost, givenTask } from './given.ts';
import { racingBed } from './racing-bed.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, issueTypesOf, taskOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenHost(bed, 'sqlprod1', { hasVssProvider: true });
  await givenHost(bed, 'sqldev1');
  await givenDatabase(bed);
});

const path = '/api/echo/v1/echo_dbs';
const destination = { host_id: 'sqldev1', db_id: '7', db_name: 'orders_dev' };
const wanted = { source_host_id: 'sqlprod1', destinations: [destination] };
const post = (body: unknown, token: string = tokens.operator) => ({ method: 'POST', path, token, body }) as const;
const twin = (body: unknown) => ({ ...post(body), path: `${path}/__validate` }) as const;

describe('makes a task', () => {
  it('answers 200 with a running task and starts its flow', async () => {
    const answer = await bed.send({ ...post(wanted), headers: { 'hs-ref-id': 'a1B2c3D4e5' } });
    expect(answer.status).toBe(200);
    bodyOf('create-clone', answer);
    const task = taskOf(answer);
    expect(task).toMatchObject({
      state: 'running',
      result: null,
      error: '',
      owner: 'ocie-0',
      command_type: 'CreateCloneCommand',
      ref_id: 'a1B2c3D4e5',
      create_ts: startSeconds,
      update_ts: startSeconds,
      location: `/api/echo/v1/tasks/${task.request_id}`,
    });
    expect(task.request_id).toMatch(/^[A-Za-z0-9_-]{24,43}$/);
    expect(bed.flows.started).toEqual([
      { flow: 'create-clone', input: { request_id: task.request_id, attempt: 1, destinations: [0] } },
    ]);
  });

  it('lists the task before it answers', async () => {
    let listed: unknown;
    bed.flows.onStart = async () => {
      listed = (await bed.send({ method: 'GET', path: '/api/echo/v1/tasks', token: tokens.viewer })).body;
    };
    const task = taskOf(await bed.send(post(wanted)));
    expect(listed).toMatchObject([{ request_id: task.request_id, state: 'running' }]);
  });

  it('says running even when the work is already done', async () => {
    bed.flows.onStart = (_, input) =>
      bed.store.finishTask(input.request_id, 'done', { error: '', result: null }, startSeconds);
    const task = taskOf(await bed.send(post(wanted)));
    expect(task).toMatchObject({ state: 'running', result: null });
    expect((await bed.send({ method: 'GET', path: task.location, token: tokens.viewer })).body).toMatchObject({
      state: 'completed',
    });
  });

  it('records the plan with the defaults of the contract', async () => {
    const { request_id: requestId } = taskOf(await bed.send(post(wanted)));
    expect((await bed.store.getTask(requestId))?.plan).toEqual({
      flow: 'create-clone',
      sdpId: '134409',
      sourceHostId: 'sqlprod1',
      sources: [{ dbId: '7', uid: '', dbName: 'orders', vendor: 'mssql' }],
      destinations: [{ hostId: 'sqldev1', dbName: 'orders_dev', sourceDbId: '7' }],
      namePrefix: 'snap',
      consistencyLevel: 'application',
      targetState: 'online',
      forceVss: false,
    });
  });

  it('leaves an audit entry that names the task', async () => {
    const { request_id: requestId } = taskOf(await bed.send(post(wanted)));
    expect(await bed.table.rows()).toContainEqual(
      expect.objectContaining({
        operation: 'create-clone',
        principal: 'user:operator',
        subject: 'sqldev1/orders_dev',
        requestId,
        sourceIp: '192.0.2.7',
      }),
    );
  });

  it.each([
    ['several destinations of one source', [destination, { ...destination, db_name: 'orders_test' }]],
    ['the source host itself under another name', [{ ...destination, host_id: 'sqlprod1' }]],
    ['a name with blanks and signs', [{ ...destination, db_name: 'orders of 2026 (copy)-clone-v2' }]],
    ['a name of 128 characters', [{ ...destination, db_name: 'x'.repeat(128) }]],
  ])('for %s', async (_, destinations) => {
    expect((await bed.send(post({ ...wanted, destinations }))).status).toBe(200);
  });

  it.each([
    ['force_vss_usage', { force_vss_usage: true }, { forceVss: true }],
    ['use_vss, its newer name', { use_vss: true }, { forceVss: true }],
    ['either of both names', { force_vss_usage: false, use_vss: true }, { forceVss: true }],
    ['either of both names, the other way', { force_vss_usage: true, use_vss: false }, { forceVss: true }],
    ['crash level', { consistency_level: 'crash' }, { consistencyLevel: 'crash' }],
    ['target_state recovery', { target_state: 'recovery' }, { targetState: 'recovery' }],
    ['a prefix of 20 characters', { name_prefix: 'a2345678901234567890' }, { namePrefix: 'a2345678901234567890' }],
    ['a prefix that ends with a dash', { name_prefix: 'abc-' }, { namePrefix: 'abc-' }],
    ['session time-outs', { backup_session_timeout_sec: 60, restore_session_timeout_sec: 60 }, {}],
    ['stray fields of other clients', { database_ids: ['9'], db_snapshot_id: 'x', cascade: true }, {}],
  ])('with %s', async (_, more, plan) => {
    const { request_id: requestId } = taskOf(await bed.send(post({ ...wanted, ...more })));
    expect((await bed.store.getTask(requestId))?.plan).toMatchObject(plan);
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
  { what: 'an unknown source host', body: { ...wanted, source_host_id: 'nowhere' }, types: ['HOST_NOT_FOUND'] },
  {
    what: 'an unknown destination host',
    body: { ...wanted, destinations: [{ ...destination, host_id: 'no such host at all' }] },
    types: ['HOST_NOT_FOUND'],
  },
  {
    what: 'a silent host',
    given: () => givenHost(bed, 'silent', { connected: false }),
    body: { ...wanted, destinations: [{ ...destination, host_id: 'silent' }] },
    types: ['HOST_NOT_CONNECTED'],
  },
  {
    what: 'an unknown database',
    body: { ...wanted, destinations: [{ ...destination, db_id: '8' }] },
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
    what: 'a crash-level snapshot over two volume groups',
    given: () => {
      const volume = { sdpId: '134409', volumeName: 'v', volumeGroupName: 'g' };
      return givenDatabase(bed, {
        mountPoints: [
          { kind: 'disk', path: 'G:\\', serial: 'a' },
          { kind: 'disk', path: 'L:\\', serial: 'b' },
        ],
        volumes: [
          { ...volume, serial: 'a', volumeId: 6, volumeGroupId: 2 },
          { ...volume, serial: 'b', volumeId: 7, volumeGroupId: 3 },
        ],
      });
    },
    body: { ...wanted, consistency_level: 'crash' },
    types: ['DB_SNAPSHOT_NOT_ALLOWED'],
  },
  {
    what: 'a host of another engine',
    given: () => givenHost(bed, 'pgdev1', { vendor: 'postgres' }),
    body: { ...wanted, destinations: [{ ...destination, host_id: 'pgdev1' }] },
    types: ['DB_VENDOR_MISMATCH'],
  },
  {
    what: 'a host on another array',
    given: () => givenHost(bed, 'sqlfar1', { sdpId: '4243' }),
    body: { ...wanted, destinations: [{ ...destination, host_id: 'sqlfar1' }] },
    types: ['SDP_MISMATCH'],
  },
  {
    what: 'VSS where there is none',
    given: async () => {
      await givenHost(bed, 'pgprod1', { vendor: 'postgres' });
      await givenDatabase(bed, { hostId: 'pgprod1', vendor: 'postgres' });
    },
    body: { source_host_id: 'pgprod1', force_vss_usage: true, destinations: [{ ...destination, host_id: 'pgprod1' }] },
    types: ['VSS_NOT_AVAILABLE'],
  },
  {
    what: 'a name that is taken, whatever its case',
    given: () => givenDatabase(bed, { hostId: 'sqldev1', dbId: '9', name: 'ORDERS_DEV' }),
    body: wanted,
    types: ['DB_NAME_IS_IN_USE'],
  },
  {
    what: 'a name a running task has reserved',
    given: () => givenTask(bed, {}, ['sqldev1/orders_dev']),
    body: { ...wanted, destinations: [{ ...destination, db_name: 'Orders_Dev' }] },
    types: ['DB_NAME_IS_IN_USE'],
  },
  {
    what: 'the same name twice',
    body: { ...wanted, destinations: [destination, { ...destination, db_name: 'ORDERS_dev' }] },
    types: ['DB_NAME_DUPLICATED'],
  },
  ...['[orders]', 'a"b', "a'b", 'a\u0000b', 'a\nb', 'master', 'TempDB', 'template1', 'x'.repeat(129)].map((name) => ({
    what: `the name ${JSON.stringify(name.slice(0, 12))}`,
    body: { ...wanted, destinations: [{ ...destination, db_name: name }] },
    types: ['DB_NAME_INVALID'],
  })),
  {
    what: 'everything at once',
    given: () => givenDatabase(bed, { hostId: 'sqldev1', dbId: '9', name: 'orders_dev' }),
    body: {
      ...wanted,
      destinations: [
        destination,
        { ...destination, db_id: '8', db_name: 'a"b' },
        { host_id: 'nowhere', db_id: '7', db_name: 'x' },
      ],
    },
    types: ['HOST_NOT_FOUND', 'DB_NOT_FOUND', 'DB_NAME_IS_IN_USE', 'DB_NAME_INVALID'],
  },
];

describe.each(refusals)('refuses $what', ({ given, body, types }) => {
  it('with 409 and the issues, and no task', async () => {
    await given?.();
    const answer = await unchanged(bed, post(body));
    expect(answer.status).toBe(409);
    expect([...issueTypesOf(answer)].sort()).toEqual([...types].sort());
    expect(detailOf(answer)).not.toBe('');
  });

  it('and its twin says the same with 200', async () => {
    await given?.();
    const action = await bed.send(post(body));
    const answer = await unchanged(bed, twin(body));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ valid: false, issues: JSON.parse(action.text).issues });
  });
});

it('names all taken names of a host in one issue', async () => {
  await givenDatabase(bed, { hostId: 'sqldev1', dbId: '9', name: 'a' });
  await givenDatabase(bed, { hostId: 'sqldev1', dbId: '10', name: 'b' });
  const destinations = ['a', 'b', 'c'].map((db_name) => ({ ...destination, db_name }));
  const answer = await bed.send(twin({ ...wanted, destinations }));
  expect(answer.body).toEqual({
    valid: false,
    issues: [
      { issue_type: 'DB_NAME_IS_IN_USE', description: "host_id='sqldev1'. db names already in use: a, b", body: {} },
    ],
  });
});

describe('the twin', () => {
  it('says valid and does nothing', async () => {
    const answer = await unchanged(bed, twin(wanted));
    expect(answer).toMatchObject({ status: 200, body: { valid: true, issues: [] } });
  });

  it('tells of a source that a running task holds; the action waits for it', async () => {
    await givenTask(bed, {}, ['sqlprod1/orders']);
    expect(issueTypesOf(await unchanged(bed, twin(wanted)))).toEqual(['RESOURCE_IS_LOCKED']);
    expect((await bed.send(post(wanted))).status).toBe(200);
  });

  it.each(refusedCallers('operator'))('refuses $caller', async ({ token }) => {
    expect((await unchanged(bed, { ...twin(wanted), token })).status).toBe(403);
  });
});

describe('two requests for one name', () => {
  it('one after the other: the second is refused and makes no task', async () => {
    await bed.send(post(wanted));
    const answer = await unchanged(bed, post(wanted));
    expect(answer.status).toBe(409);
    expect(issueTypesOf(answer)).toEqual(['DB_NAME_IS_IN_USE']);
  });

  it('at once: the loser gets 409 and no task', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => bed.send(post(wanted))));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409]);
    for (const answer of answers.filter((one) => one.status === 409)) {
      expect(issueTypesOf(answer)).toEqual(['DB_NAME_IS_IN_USE']);
    }
    expect(await bed.store.listTasks()).toHaveLength(1);
    expect(await bed.store.listOpenTasks()).toHaveLength(1);
    expect(bed.flows.started).toHaveLength(1);
  });

  it('of one source for two names: both are made', async () => {
    const other = { ...wanted, destinations: [{ ...destination, db_name: 'orders_test' }] };
    const answers = await Promise.all([bed.send(post(wanted)), bed.send(post(other))]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
  });
});

describe('races with an inventory', () => {
  it('looks again when the databases of the destination changed, and sees the name taken', async () => {
    const racing = await racingBed(bed, async (one) => {
      await givenDatabase(one, { hostId: 'sqldev1', dbId: '9', name: 'orders_dev' });
      await one.store.closeInventory('sqldev1', 1, 2, true);
    });
    expect(issueTypesOf(await racing.send(post(wanted)))).toEqual(['DB_NAME_IS_IN_USE']);
    expect(await bed.store.listTasks()).toEqual([]);
  });

  it('gives up with 503 and Retry-After when they never stop changing', async () => {
    const racing = await apiBed(bed.table, {
      wrapStore: (store) => ({ ...store, recordTask: () => Promise.resolve('changed') }),
    });
    const answer = await unchanged(racing, post(wanted));
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(detailOf(answer)).toContain('try again');
  });
});

describe('bad input changes nothing', () => {
  it.each([
    ['no body', {}, ['body.source_host_id', 'body.destinations']],
    ['an empty source', { ...wanted, source_host_id: '' }, ['body.source_host_id']],
    ['a source of the wrong type', { ...wanted, source_host_id: 5 }, ['body.source_host_id']],
    ['no destinations', { ...wanted, destinations: [] }, ['body.destinations']],
    ['destinations that are no list', { ...wanted, destinations: destination }, ['body.destinations']],
    [
      'a destination without a name',
      { ...wanted, destinations: [{ host_id: 'sqldev1', db_id: '7' }] },
      ['body.destinations.0.db_name'],
    ],
    [
      'a destination with an empty name',
      { ...wanted, destinations: [{ ...destination, db_name: '' }] },
      ['body.destinations.0.db_name'],
    ],
    [
      'a number for a database id',
      { ...wanted, destinations: [{ ...destination, db_id: 7 }] },
      ['body.destinations.0.db_id'],
    ],
    ['51 destinations', { ...wanted, destinations: Array(51).fill(destination) }, ['body.destinations']],
    [
      '45 destination hosts',
      {
        ...wanted,
        destinations: Array.from({ length: 45 }, (_, index) => ({ ...destination, host_id: `host${String(index)}` })),
      },
      ['body.destinations'],
    ],
    ['a prefix of 3 characters', { ...wanted, name_prefix: 'abc' }, ['body.name_prefix']],
    ['a prefix of 21 characters', { ...wanted, name_prefix: 'a'.repeat(21) }, ['body.name_prefix']],
    ['a prefix with capitals', { ...wanted, name_prefix: 'Snap' }, ['body.name_prefix']],
    ['a prefix that begins with a digit', { ...wanted, name_prefix: '1snap' }, ['body.name_prefix']],
    ['an unknown level', { ...wanted, consistency_level: 'APPLICATION' }, ['body.consistency_level']],
    ['an unknown target state', { ...wanted, target_state: 'offline' }, ['body.target_state']],
    ['a text for a flag', { ...wanted, force_vss_usage: 'true' }, ['body.force_vss_usage']],
    ['a time-out of 0', { ...wanted, backup_session_timeout_sec: 0 }, ['body.backup_session_timeout_sec']],
    [
      'several things at once',
      { destinations: [{}], name_prefix: 'x' },
      [
        'body.source_host_id',
        'body.destinations.0.host_id',
        'body.destinations.0.db_id',
        'body.destinations.0.db_name',
        'body.name_prefix',
      ],
    ],
  ])('%s', async (_, body, fields) => {
    const answer = await unchanged(bed, post(body));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(expect.arrayContaining(fields));
    expect((await unchanged(bed, twin(body))).body).toEqual(answer.body);
  });

  it.each(refusedCallers('operator'))('$caller', async ({ token }) => {
    expect((await unchanged(bed, post(wanted, token))).status).toBe(403);
  });

  it('a host token where the deployment keeps it from operating', async () => {
    const narrow = await apiBed(bed.table, { hostTokenMayOperate: false });
    const [{ token } = { token: '' }] = allowedCallers('host');
    expect((await unchanged(narrow, post(wanted, token))).status).toBe(403);
  });
});
