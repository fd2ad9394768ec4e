import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenArray, givenHost } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const put = (hostId: string, body?: unknown, token: string = tokens.admin) =>
  ({ method: 'PUT', path: `/api/v1/hosts/${hostId}`, token, ...(body === undefined ? {} : { body }) }) as const;
const Registered = z.object({ host_id: z.string(), db_vendor: z.string(), token: z.string() });

it('answers 201 with a token that works', async () => {
  const answer = await bed.send(put('sqlprod1', { db_vendor: 'postgres' }));
  expect(answer.status).toBe(201);
  expect(bodyOf('register-host', answer)).toMatchObject({ host_id: 'sqlprod1', db_vendor: 'postgres' });
  const { token } = Registered.parse(answer.body);
  expect((await bed.send({ method: 'GET', path: '/api/v1/hosts', token })).status).toBe(200);
});

it('shows the token only here: it is stored as a hash and told by no other call', async () => {
  const { token } = Registered.parse((await bed.send(put('sqlprod1'))).body);
  expect(JSON.stringify(await bed.table.rows())).not.toContain(token);
  expect((await bed.send({ method: 'GET', path: '/api/v1/hosts/sqlprod1', token })).text).not.toContain(token);
});

it.each([
  ['no body', undefined],
  ['an empty object', {}],
  ['unknown fields only', { destinations: [], token: 'mine' }],
])('takes mssql for the vendor with %s', async (_, body) => {
  expect((await bed.send(put('sqlprod1', body))).body).toMatchObject({ db_vendor: 'mssql' });
});

it.each([
  ['no body', undefined, 'postgres'],
  ['an empty object', {}, 'postgres'],
  ['another vendor in the body', { db_vendor: 'mssql' }, 'mssql'],
])('takes the vendor of the query, with %s', async (_, body, vendor) => {
  const answer = await bed.send({ ...put('sqlprod1', body), query: { dbvendor: 'postgres' } });
  expect(answer.body).toMatchObject({ db_vendor: vendor });
  expect(await bed.store.getHost('sqlprod1')).toMatchObject({ vendor });
});

it('refuses a second registration and changes nothing', async () => {
  await bed.send(put('sqlprod1'));
  const answer = await unchanged(bed, put('sqlprod1', { db_vendor: 'postgres' }));
  expect(answer.status).toBe(409);
  expect(detailOf(answer)).toBe("Host 'sqlprod1' already exists");
});

it('lets one of two registrations at once win', async () => {
  const answers = await Promise.all([bed.send(put('sqlprod1')), bed.send(put('sqlprod1'))]);
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
});

it('registers anew after an unregistration, and the old token is dead', async () => {
  const first = Registered.parse((await bed.send(put('sqlprod1'))).body);
  await bed.send({ method: 'DELETE', path: '/api/v1/hosts/sqlprod1', token: tokens.admin });
  bed.clock.advanceSeconds(1);
  const second = Registered.parse((await bed.send(put('sqlprod1'))).body);
  expect((await bed.send({ method: 'GET', path: '/api/v1/hosts', token: first.token })).status).toBe(403);
  expect((await bed.send({ method: 'GET', path: '/api/v1/hosts', token: second.token })).status).toBe(200);
});

it('leaves an audit entry', async () => {
  await bed.send({ ...put('sqlprod1'), headers: { 'hs-ref-id': 'install01' } });
  const audit = (await bed.table.rows()).filter((row) => String(row['pk']).startsWith('audit#'));
  expect(audit).toMatchObject([
    {
      operation: 'register-host',
      principal: 'user:admin',
      subject: 'sqlprod1',
      refId: 'install01',
      sourceIp: '192.0.2.7',
    },
  ]);
});

describe("stores the array's own spelling of its id, which the installer compares ignoring case", () => {
  const storedFor = async (sdpId: string) => {
    expect((await bed.send(put('sqlprod1', { sdp_id: sdpId }))).status).toBe(201);
    return (await bed.store.getHost('sqlprod1'))?.sdpId;
  };

  it.each([
    ['of a registered one', 'D299', 'd299'],
    ['of the exact one among two', 'D300', 'D300'],
    ["of the deployment's own", 'OWN-1', 'own-1'],
    ['and of one that nobody knows the one given', 'D301', 'D301'],
    ['and none where none is given', '', ''],
  ])('%s', async (_, given, stored) => {
    for (const sdpId of ['d299', 'd300', 'D300']) await givenArray(bed, sdpId);
    await bed.store.rememberDeploymentArray('https://own-array.example', { sdpId: 'own-1', name: 'own' });
    expect(await storedFor(given)).toBe(stored);
  });

  it('and is refused while that array is being removed', async () => {
    await givenArray(bed, 'd299', { removalId: 'removal-1', removingSinceSeconds: 1_767_000_000 });
    const answer = await unchanged(bed, put('sqlprod1', { sdp_id: 'D299' }));
    expect(answer).toMatchObject({ status: 409, body: { detail: "array 'd299' is being removed" } });
  });

  it('in six calls to the table at most, with a key too', async () => {
    await givenArray(bed, 'd299');
    bed.table.forgetCalls();
    await bed.send({ ...put('sqlprod1', { sdp_id: 'D299' }), headers: { 'Idempotency-Key': 'key-1' } });
    expect(bed.table.calls().length).toBeLessThanOrEqual(6);
  });
});

describe('bad input changes nothing', () => {
  it.each([
    ['a vendor nobody serves', 'sqlprod1', { db_vendor: 'oracledb' }, 'body.db_vendor'],
    ['a vendor of the wrong type', 'sqlprod1', { db_vendor: 5 }, 'body.db_vendor'],
    ['a long array id', 'sqlprod1', { sdp_id: 'x'.repeat(65) }, 'body.sdp_id'],
    ['a short host id', 'ab', {}, 'path.host_id'],
    ['a long host id', 'a'.repeat(33), {}, 'path.host_id'],
    ['a host id that ends with a dash', 'sqlprod-', {}, 'path.host_id'],
    ['a host id with a dot', 'sql.prod', {}, 'path.host_id'],
    ['text that is not JSON', 'sqlprod1', '{"db_vendor":', 'body'],
    ['a list', 'sqlprod1', [], 'body'],
  ])('%s', async (_, hostId, body, field) => {
    const answer = await unchanged(bed, put(hostId, body));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toContain(field);
  });

  it('a vendor nobody serves, in the query', async () => {
    const answer = await unchanged(bed, { ...put('sqlprod1'), query: { dbvendor: 'oracledb' } });
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(['query.dbvendor']);
  });

  it.each(refusedCallers('admin'))('$caller is refused', async ({ token }) => {
    await givenHost(bed, callingHost);
    expect((await unchanged(bed, put('sqldev1', {}, token))).status).toBe(403);
  });
});

it.each(['abc', 'A_1', 'a'.repeat(32), 'SQL-PROD_01'])('takes the host id %s, case kept', async (hostId) => {
  expect((await bed.send(put(hostId))).body).toMatchObject({ host_id: hostId });
});
