import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { cheapHash } from './access-rows.ts';
import { apiBed, type ApiBed } from './api-bed.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
const password = 'p&ss=w%rd+1 é';
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await bed.putUser({ name: 'ann', role: 'operator', passwordHash: cheapHash(password) });
});

const path = '/api/v1/auth/local/login';
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const post = (body?: string, headers: Readonly<Record<string, string>> = form) =>
  ({ method: 'POST', path, headers, ...(body === undefined ? {} : { body }) }) as const;
const encoded = (username: string, secret: string): string =>
  new URLSearchParams({ username, password: secret }).toString();
const Answer = z.object({ access_token: z.string(), expiresIn: z.literal(604_800), expiresOn: z.string() });

it('gives a token that works for seven days', async () => {
  const answer = await bed.send(post(encoded('ann', password)));
  expect(answer.status).toBe(200);
  bodyOf('login', answer);
  const { access_token: token, expiresOn } = Answer.parse(answer.body);
  expect(Date.parse(`${expiresOn}Z`)).toBe(bed.clock.nowMilliseconds() + 604_800_000);
  const tasks = { method: 'GET', path: '/api/echo/v1/tasks', token } as const;
  bed.clock.advanceSeconds(604_799);
  expect((await bed.send(tasks)).status).toBe(200);
  bed.clock.advanceSeconds(1);
  expect((await bed.send(tasks)).status).toBe(403);
});

it.each(['admin', 'operator', 'viewer'] as const)('gives the token the role %s of its user', async (role) => {
  await bed.putUser({ name: role, role, passwordHash: cheapHash('x') });
  const { access_token: token } = Answer.parse((await bed.send(post(encoded(role, 'x')))).body);
  const cancel = await bed.send({ method: 'POST', path: '/api/echo/v1/tasks/none/cancel', token });
  const register = await bed.send({ method: 'PUT', path: '/api/v1/hosts/sqlprod1', token });
  expect([cancel.status, register.status]).toEqual(
    { admin: [404, 201], operator: [404, 403], viewer: [403, 403] }[role],
  );
});

describe('takes the form however a client writes it', () => {
  const raw = `username=ann&password=${password}`;
  it.each([
    ['fields in the other order', `password=${encodeURIComponent(password)}&username=ann`, form],
    ['blanks as %20', `username=ann&password=${encodeURIComponent(password)}`, form],
    ['more fields', `grant_type=password&${encoded('ann', password)}`, form],
    ['no content type', encoded('ann', password), {}],
    ['a JSON label', encoded('ann', password), { 'content-type': 'application/json' }],
    ['values as they stand', raw, form],
    ['values as they stand, password first', `password=${password}&username=ann`, form],
  ])('%s', async (_, body, headers) => {
    expect((await bed.send(post(body, headers))).status).toBe(200);
  });

  it('as base64', async () => {
    expect((await bed.send({ ...post(encoded('ann', password)), base64: true })).status).toBe(200);
  });

  it.each(['100%', '%41', 'a+b', 'a b', '50%25', '=', '&&', '%zz&username='])(
    'with the password %s, encoded or not',
    async (odd) => {
      await bed.putUser({ name: 'bob', role: 'viewer', passwordHash: cheapHash(odd) });
      expect((await bed.send(post(encoded('bob', odd)))).status).toBe(200);
      expect((await bed.send(post(`username=bob&password=${odd}`))).status).toBe(200);
    },
  );
});

it.each([
  ['a wrong password', encoded('ann', 'wrong')],
  ['an unknown user', encoded('eve', password)],
  ['an empty password', encoded('ann', '')],
  ['an empty user name', encoded('', password)],
  ['a name no table could hold', encoded('x'.repeat(5000), password)],
  ['the name of a prototype', encoded('__proto__', password)],
  ['a disabled user', encoded('former', password)],
])('is 401 for %s, and gives no token', async (_, body) => {
  await bed.putUser({ name: 'former', role: 'admin', passwordHash: cheapHash(password), isDisabled: true });
  const kept = async () => (await bed.table.rows()).filter(({ pk }) => !/^(audit|login-brake)#/.test(String(pk)));
  const before = await kept();
  const answer = await bed.send(post(body));
  expect(await kept()).toEqual(before);
  expect(answer.status).toBe(401);
  expect(detailOf(answer)).toBe('wrong user name or password');
});

it.each([
  ['no body', undefined],
  ['an empty body', ''],
  ['JSON', '{"username":"ann","password":"x"}'],
  ['no password', 'username=ann'],
  ['no user name', 'password=x'],
])('is 422 for %s', async (_, body) => {
  const answer = await unchanged(bed, post(body));
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toEqual(['body']);
});

it('needs no token, and does not mind a wrong one', async () => {
  const answer = await bed.send({ ...post(encoded('ann', password)), token: 'nonsense' });
  expect(answer.status).toBe(200);
});

it('leaves an audit entry that names the user', async () => {
  await bed.send(post(encoded('ann', password)));
  expect(await bed.table.rows()).toContainEqual(
    expect.objectContaining({ operation: 'login', principal: 'user:ann', subject: 'ann' }),
  );
});
