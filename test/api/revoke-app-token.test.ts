import { beforeEach, describe, expect, it } from 'vitest';
import { hashToken } from '../../shared/http/authentication.ts';
import { appTokenSecret } from './access-rows.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { allowedCallers, callingHost, refusedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { auditOf, readStatus } from './log-in.ts';
import { useDatabase } from './test-database.ts';
import { detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await bed.putAppToken('viewer', 'a');
  await bed.putAppToken('viewer', 'b');
  await bed.putAppToken('operator', 'c');
});

const path = '/api/v2/flex_app_tokens';
const revoke = (body: unknown = { id: 'a' }, token: string = tokens.viewer) =>
  ({ method: 'DELETE', path, token, body }) as const;

it('is 204, and the token is dead at the next call; others live', async () => {
  expect(await readStatus(bed, appTokenSecret('viewer', 'a'))).toBe(200);
  expect(await bed.send(revoke())).toMatchObject({ status: 204, text: '' });
  expect(await readStatus(bed, appTokenSecret('viewer', 'a'))).toBe(403);
  expect(await readStatus(bed, appTokenSecret('viewer', 'b'))).toBe(200);
  expect(await bed.store.listAppTokens('viewer')).toMatchObject([{ tokenId: 'b' }]);
});

it('is not brought back by a use that is noted late', async () => {
  const { token } = await bed.store.findBearer(hashToken(appTokenSecret('viewer', 'a')), null);
  await bed.send(revoke());
  await bed.store.noteTokenUse(token!, 1_767_000_100);
  expect(await readStatus(bed, appTokenSecret('viewer', 'a'))).toBe(403);
  expect(await bed.store.listAppTokens('viewer')).toMatchObject([{ tokenId: 'b' }]);
});

it('leaves an audit entry', async () => {
  await bed.send(revoke());
  expect(await auditOf(bed)).toMatchObject([
    { operation: 'revoke-app-token', principal: 'user:viewer', subject: 'viewer/a' },
  ]);
});

it.each([
  ['one that is not there', 'z'],
  ['one of somebody else', 'c'],
])('is 404 for %s', async (_, id) => {
  const answer = await unchanged(bed, revoke({ id }));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe(`App token '${id}' not found`);
});

it('is 404 for whoever comes second', async () => {
  const answers = await Promise.all([bed.send(revoke()), bed.send(revoke())]);
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 404]);
});

describe('takes the id', () => {
  const named = (id: string, body?: unknown) =>
    ({ method: 'DELETE', path, token: tokens.viewer, query: { id }, ...(body === undefined ? {} : { body }) }) as const;
  const left = async () => (await bed.store.listAppTokens('viewer')).map(({ tokenId }) => tokenId);

  it('of the query, without a body', async () => {
    expect((await bed.send(named('a'))).status).toBe(204);
    expect(await left()).toEqual(['b']);
  });

  it('of both, where they are one', async () => {
    expect((await bed.send(named('a', { id: 'a' }))).status).toBe(204);
    expect(await left()).toEqual(['b']);
  });

  it('of neither, where they are two', async () => {
    const answer = await unchanged(bed, named('a', { id: 'b' }));
    expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 422, fields: ['query.id'] });
  });

  it.each(['', 'x'.repeat(65)])('of no bad query: %j', async (id) => {
    const answer = await unchanged(bed, named(id));
    expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 422, fields: ['query.id'] });
  });
});

it('of an app token may be its own', async () => {
  const token = appTokenSecret('viewer', 'a');
  expect((await bed.send(revoke({ id: 'a' }, token))).status).toBe(204);
  expect(await readStatus(bed, token)).toBe(403);
});

it('is 404 to a program for a token of another user', async () => {
  expect((await unchanged(bed, revoke({ id: 'a' }, tokens.app))).status).toBe(404);
});

it.each([
  ['no id', {}],
  ['an empty id', { id: '' }],
  ['a long id', { id: 'x'.repeat(65) }],
  ['a number', { id: 1 }],
])('is 422 for %s', async (_, body) => {
  const answer = await unchanged(bed, revoke(body));
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toEqual(['body.id']);
});

it.each(allowedCallers('user'))('$caller may revoke its own', async ({ caller, token }) => {
  await bed.putAppToken(caller === 'app' ? 'operator' : caller, 'own');
  expect((await bed.send(revoke({ id: 'own' }, token))).status).toBe(204);
});

it.each(refusedCallers('user'))('$caller is refused', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, revoke({ id: 'c' }, token))).status).toBe(403);
});
