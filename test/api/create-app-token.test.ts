import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { AppToken } from '../../shared/domain/token.ts';
import { hashToken } from '../../shared/http/authentication.ts';
import { appTokenSecret } from './access-rows.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers, callingHost, refusedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { auditOf, readStatus } from './log-in.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const path = '/api/v2/flex_app_tokens';
const wanted = { app_name: 'nightly jobs', description: 'cron on build7', ttl: 3600 };
const post = (body: unknown = wanted, token: string = tokens.operator) =>
  ({ method: 'POST', path, token, body }) as const;
const Made = z.object({ id: z.string(), token: z.string() });

it('answers 201 with a token that speaks for its user until it expires, by the clock and not by the table', async () => {
  const answer = await bed.send(post());
  expect(answer.status).toBe(201);
  expect(bodyOf('create-app-token', answer)).toMatchObject({
    ...wanted,
    valid: true,
    expire_ts: startSeconds + 3600,
    created_ts: startSeconds,
    last_used_ts: null,
  });
  const { token } = Made.parse(answer.body);
  expect(token.length).toBeLessThanOrEqual(128);
  bed.clock.advanceSeconds(3599);
  expect(await readStatus(bed, token)).toBe(200);
  bed.clock.advanceSeconds(1);
  expect(await readStatus(bed, token)).toBe(403);
});

it('lives without an end unless told', async () => {
  const answer = await bed.send(post({ app_name: 'ci' }));
  expect(answer.body).toMatchObject({ ttl: -1, expire_ts: null, description: '' });
  bed.clock.advanceSeconds(10 * 365 * 24 * 3600);
  expect(await readStatus(bed, Made.parse(answer.body).token)).toBe(200);
});

it.each(allowedCallers('user'))('has the role of its user: $caller', async ({ caller, token }) => {
  const made = Made.parse((await bed.send(post(wanted, token))).body);
  const cancel = { method: 'POST', path: '/api/echo/v1/tasks/none/cancel', token: made.token } as const;
  const users = { method: 'GET', path: '/api/echo/v1/users', token: made.token } as const;
  const statuses = [(await bed.send(cancel)).status, (await bed.send(users)).status];
  expect(statuses).toEqual(caller === 'admin' ? [404, 200] : caller === 'viewer' ? [403, 403] : [404, 403]);
});

describe('made by an app token', () => {
  const made = async (about: unknown = wanted) => Made.parse((await bed.send(post(about, tokens.app))).body);

  it("is its user's, with the user's role, and the audit names the program", async () => {
    const { id, token } = await made();
    expect((await bed.store.listAppTokens('operator')).map(({ tokenId }) => tokenId)).toEqual([id]);
    expect(await readStatus(bed, token)).toBe(200);
    expect((await bed.send({ method: 'GET', path: '/api/echo/v1/users', token })).status).toBe(403);
    expect(await auditOf(bed)).toMatchObject([
      { operation: 'create-app-token', principal: 'app:operator/nightly-jobs', subject: `operator/${id} nightly jobs` },
    ]);
  });

  it('dies with the rest when its user gets a password', async () => {
    const { token } = await made({ app_name: 'for ever' });
    await bed.send({
      method: 'PUT',
      path: '/api/echo/v1/users/operator/password',
      token: tokens.admin,
      body: { password: 'a long enough password' },
    });
    expect([await readStatus(bed, tokens.app), await readStatus(bed, token)]).toEqual([403, 403]);
  });

  it('makes neither users nor passwords', async () => {
    const { token } = Made.parse((await bed.send(post(wanted, tokens.admin))).body);
    const { token: second } = Made.parse((await bed.send(post(wanted, token))).body);
    for (const [method, path, body] of [
      ['POST', '/api/echo/v1/users', { name: 'bob', role: 'admin', password: 'a long enough password' }],
      ['PUT', '/api/echo/v1/me/password', { current_password: 'a', new_password: 'a long enough password' }],
    ] as const) {
      expect((await bed.send({ method, path, body, token: second })).status).toBe(403);
    }
  });
});

it('names user and program in the audit of what it does', async () => {
  const { id, token } = Made.parse((await bed.send(post(wanted, tokens.admin))).body);
  await bed.send({ method: 'PUT', path: '/api/v1/hosts/sqlprod1', token });
  expect(await auditOf(bed)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ operation: 'create-app-token', subject: `admin/${id} nightly jobs` }),
      expect.objectContaining({ operation: 'register-host', principal: 'app:admin/nightly jobs' }),
    ]),
  );
});

it('shows the token only here: it is stored as a hash and told by no other call', async () => {
  const { token } = Made.parse((await bed.send(post())).body);
  const listed = await bed.send({ method: 'GET', path, token: tokens.operator });
  const secret = token.split('.').at(-1) ?? token;
  expect(JSON.stringify([await bed.table.rows(), bed.logLines, listed.text])).not.toContain(secret);
});

it('gives out fifty to one user, and no more', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, index) => bed.putAppToken('operator', `token-${index}`)));
  const answer = await unchanged(bed, post());
  expect(answer.status).toBe(409);
  expect(detailOf(answer)).toContain('there are 50 app tokens');
  expect((await unchanged(bed, post(wanted, tokens.app))).status).toBe(409);
  expect((await bed.send(post(wanted, tokens.viewer))).status).toBe(201);
});

describe('counts to the fifty only what works', () => {
  const fifty = (about: (index: number) => Partial<AppToken>) =>
    Promise.all(Array.from({ length: 50 }, (_, index) => bed.putAppToken('operator', `token-${index}`, about(index))));

  it.each([
    ['an expired one', { expiresAtSeconds: startSeconds }],
    ['one that died with a password', { epoch: -1 }],
  ])('%s gives way, the oldest first', async (_, dead) => {
    await fifty((index) => (index % 10 === 7 ? { ...dead, createdAtSeconds: 1000 - index } : {}));
    const made = Made.parse((await bed.send(post())).body);
    const left = (await bed.store.listAppTokens('operator')).map(({ tokenId }) => tokenId);
    expect(left).toHaveLength(50);
    expect(left).toContain(made.id);
    expect(left).not.toContain('token-47');
    expect(await bed.store.findBearer(hashToken(appTokenSecret('operator', 'token-47')), null)).toEqual({});
    expect(await readStatus(bed, made.token)).toBe(200);
  });

  it('of many at once each takes the place of another or of none', async () => {
    await fifty((index) => (index === 7 ? { expiresAtSeconds: startSeconds } : {}));
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => bed.send(post())))).map(({ status }) => status);
    expect(statuses).toContain(201);
    expect((await bed.send(post())).status).toBe(409);
  });
});

it('gives none to a session that was ended while it asked', async () => {
  const late = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      putAppToken: async (appToken, token, replaces, entry) => {
        await store.setPassword('operator', 'other', null, entry);
        return store.putAppToken(appToken, token, replaces, entry);
      },
    }),
  });
  const answer = await late.send(post());
  expect(answer).toMatchObject({ status: 403, text: '{"detail":"Not authenticated"}' });
  expect(await late.store.listAppTokens('operator')).toEqual([]);
});

describe('bad input changes nothing', () => {
  it.each([
    ['no name', { app_name: undefined }, 'body.app_name'],
    ['an empty name', { app_name: '' }, 'body.app_name'],
    ['a long name', { app_name: 'a'.repeat(65) }, 'body.app_name'],
    ['a name with a slash', { app_name: 'a/b' }, 'body.app_name'],
    ['a long description', { description: 'x'.repeat(257) }, 'body.description'],
    ['no life', { ttl: 0 }, 'body.ttl'],
    ['a life that is over at once', { ttl: 59 }, 'body.ttl'],
    ['a negative life', { ttl: -2 }, 'body.ttl'],
    ['a life of more than ten years', { ttl: 3650 * 24 * 3600 + 1 }, 'body.ttl'],
    ['half a second', { ttl: 60.5 }, 'body.ttl'],
    ['a life as text', { ttl: '3600' }, 'body.ttl'],
  ])('%s', async (_, part, field) => {
    const answer = await unchanged(bed, post({ ...wanted, ...part }));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toContain(field);
  });

  it.each(refusedCallers('user'))('$caller is refused', async ({ token }) => {
    await givenHost(bed, callingHost);
    expect((await unchanged(bed, post(wanted, token))).status).toBe(403);
  });
});
