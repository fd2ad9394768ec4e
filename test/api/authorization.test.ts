/** A walk of the route table: who is refused where. Flex contract, section 2; design, section 4. */
import { beforeAll, describe, expect, it } from 'vitest';
import { appTokenSecret } from './access-rows.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callersOf } from './callers.ts';
import { givenHost, hostToken } from './given.ts';
import { apiGrants } from '../../infra/grants/api.ts';
import { givenSite, guardedCalls, routeCalls } from './route-calls.ts';
import { useDatabase } from './test-database.ts';
import { userToken } from '../../shared/http/authentication.ts';
import { detailOf } from './wire-answers.ts';

const newTable = useDatabase();
const expired = userToken('admin', 'expiredToken00000000000000000001');
let bed: ApiBed;
let before: readonly unknown[];

/** One table for the whole walk: nothing in it is let in, so nothing may change. */
beforeAll(async () => {
  bed = await apiBed(await newTable());
  await givenSite(bed);
  await bed.putToken(expired, { kind: 'user', name: 'admin', role: 'admin', epoch: 0 }, 60);
  await bed.putToken('expiredHostToken0000000000000001', { kind: 'host', hostId: 'sqlprod1' }, 60);
  await givenHost(bed, 'revoked1');
  await bed.send({ method: 'DELETE', path: '/api/v1/hosts/revoked1', token: tokens.admin });
  bed.clock.advanceSeconds(60);
  before = await bed.table.rows();
});

const strangers: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['no header', {}],
  ['an empty header', { authorization: '' }],
  ['a scheme without a token', { authorization: 'Bearer ' }],
  ['another scheme', { authorization: `Basic ${tokens.admin}` }],
  ['the token without a scheme', { authorization: tokens.admin }],
  ['two tokens', { authorization: `Bearer ${tokens.admin} ${tokens.admin}` }],
  ['an unknown token', { authorization: 'Bearer unknown' }],
  ['a token in another case', { authorization: `Bearer ${tokens.admin.toUpperCase()}` }],
  ['a very long token', { authorization: `Bearer ${'x'.repeat(10_000)}` }],
  ['an expired user token', { authorization: `Bearer ${expired}` }],
  ['an expired host token', { authorization: 'Bearer expiredHostToken0000000000000001' }],
  ['the token of an unregistered host', { authorization: `Bearer ${hostToken('revoked1')}` }],
];

it('has a guarded call for every route but login', () => {
  const operations = new Set(guardedCalls.map(({ route }) => route.operation));
  expect(routeCalls.map(({ route }) => route.operation).filter((one) => !operations.has(one))).toEqual(['login']);
});

describe.each(guardedCalls)('$name', ({ route, request }) => {
  it('refuses strangers with 403 Not authenticated', async () => {
    for (const [what, headers] of strangers) {
      const answer = await bed.send({ ...request, headers });
      expect({ what, status: answer.status, text: answer.text }).toEqual({
        what,
        status: 403,
        text: '{"detail":"Not authenticated"}',
      });
    }
    expect(await bed.table.rows()).toEqual(before);
    expect(bed.flows.started).toEqual([]);
  });

  it('refuses the roles below its audience', async () => {
    if (route.audience === 'public') throw new Error('guarded calls only');
    const refused = callersOf(route.audience).filter((row) => !row.allowed);
    for (const { token } of refused) {
      const answer = await bed.send({ ...request, token });
      expect(answer.status).toBe(403);
      expect(detailOf(answer)).toBe(`not allowed: this call needs the role ${route.audience}`);
    }
    expect(await bed.table.rows()).toEqual(before);
    expect(bed.flows.started).toEqual([]);
    expect(refused.length).toBe(
      { viewer: 0, operator: 1, admin: 4, 'admin-session': 4, host: 4, user: 1, 'user-session': 2 }[route.audience],
    );
  });
});

it('is within what every function of the API is granted', () => {
  for (const [capability, { table }] of Object.entries(apiGrants))
    expect({ capability, table }).toEqual({
      capability,
      table: expect.arrayContaining(['BatchGetItem', 'UpdateItem']),
    });
});

it.each(['create-user', 'change-user', 'set-password', 'change-own-password'])(
  '%s wants somebody who logged in: the app token of an admin is refused',
  async (operation) => {
    const { request, route } = guardedCalls.find((one) => one.route.operation === operation)!;
    await bed.putAppToken('admin', 'own');
    const rows = await bed.table.rows();
    const answer = await bed.send({ ...request, token: appTokenSecret('admin', 'own') });
    expect(answer.status).toBe(403);
    expect(detailOf(answer)).toBe(`not allowed: this call needs the role ${route.audience}`);
    const noted = ({ pk }: Readonly<Record<string, unknown>>) => /^(token|app-tokens)#/.test(String(pk));
    expect((await bed.table.rows()).filter((row) => !noted(row))).toEqual(rows.filter((row) => !noted(row)));
  },
);

it('takes the role from the user, not from the token', async () => {
  const boasting = userToken('viewer', 'boastingToken0000000000000000001');
  await bed.putToken(boasting, { kind: 'user', name: 'viewer', role: 'admin', epoch: 0 });
  expect((await bed.send({ method: 'GET', path: '/api/echo/v1/users', token: boasting })).status).toBe(403);
});

it.each([
  ['of a user who is not the one it begins with', userToken('admin', 'a'), 'viewer', 0],
  ['that begins with nobody', 'noNameInFront0000000000000000001', 'viewer', 0],
  ['that begins with something else', '....', 'viewer', 0],
  ['of a user who is gone', userToken('gone', 'a'), 'gone', 0],
  ['of an epoch before', userToken('former', 'a'), 'former', 6],
  ['of an epoch to come', userToken('former', 'b'), 'former', 8],
  ['of a disabled user', userToken('disabled', 'a'), 'disabled', 7],
])('is no use with a token %s', async (_, token, name, epoch) => {
  await bed.putUser({ name: 'former', role: 'admin', tokenEpoch: 7 });
  await bed.putUser({ name: 'disabled', role: 'admin', tokenEpoch: 7, isDisabled: true });
  await bed.putToken(token, { kind: 'user', name, role: 'admin', epoch });
  const answer = await bed.send({ method: 'GET', path: '/api/v1/hosts', token });
  expect(answer).toMatchObject({ status: 403, text: '{"detail":"Not authenticated"}' });
});

it.each(['bearer', 'BEARER', 'Bearer'])('takes the scheme as %s', async (scheme) => {
  const headers = { AUTHORIZATION: `${scheme} ${tokens.viewer}` };
  expect((await bed.send({ method: 'GET', path: '/api/v1/hosts', headers })).status).toBe(200);
});

it('does not say whether a thing exists to who may not see it', async () => {
  const paths = ['/api/v1/hosts/sqlprod1', '/api/v1/hosts/nowhere'];
  const texts = await Promise.all(paths.map(async (path) => (await bed.send({ method: 'GET', path })).text));
  expect(new Set(texts).size).toBe(1);
});
