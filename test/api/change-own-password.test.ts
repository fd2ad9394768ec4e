import { beforeEach, describe, expect, it } from 'vitest';
import { appTokenSecret, cheapHash } from './access-rows.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { allowedCallers, callingHost, refusedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { auditOf, loginStatus, readStatus } from './log-in.ts';
import { useDatabase } from './test-database.ts';
import { detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await bed.putUser({ name: 'viewer', role: 'viewer', passwordHash: cheapHash('secret') });
});

const next = 'a long enough password';
const put = (body: unknown = { current_password: 'secret', new_password: next }, token: string = tokens.viewer) =>
  ({ method: 'PUT', path: '/api/echo/v1/me/password', token, body }) as const;

it('is 204: the new password opens, the old one does not', async () => {
  expect(await bed.send(put())).toMatchObject({ status: 204, text: '' });
  expect([await loginStatus(bed, 'viewer', 'secret'), await loginStatus(bed, 'viewer', next)]).toEqual([401, 200]);
});

it('ends every session and app token of the caller, this one too', async () => {
  await bed.putAppToken('viewer', 'nightly');
  await bed.send(put());
  const given = [tokens.viewer, appTokenSecret('viewer', 'nightly'), tokens.operator];
  expect(await Promise.all(given.map((token) => readStatus(bed, token)))).toEqual([403, 403, 200]);
});

it.each(allowedCallers('user-session'))('$caller may', async ({ caller, token }) => {
  await bed.putUser({ name: caller, role: caller as 'viewer', passwordHash: cheapHash('secret') });
  expect((await bed.send(put(undefined, token))).status).toBe(204);
});

describe('a wrong current password', () => {
  const wrong = put({ current_password: 'guessed', new_password: next });

  it('is 403, changes no user, and is noted', async () => {
    const answer = await bed.send(wrong);
    expect(answer.status).toBe(403);
    expect(detailOf(answer)).toBe('the current password is another one');
    expect(await loginStatus(bed, 'viewer', 'secret')).toBe(200);
    expect(await auditOf(bed)).toContainEqual(
      expect.objectContaining({
        operation: 'change-own-password-failed',
        principal: 'user:viewer',
        subject: 'viewer',
      }),
    );
    expect(JSON.stringify(await bed.table.rows())).not.toContain('guessed');
  });

  it('is 429 after twenty, also with the right one, until a while has passed', async () => {
    for (let tries = 0; tries < 20; tries += 1) expect((await bed.send(wrong)).status).toBe(403);
    const braked = await bed.send(put());
    expect(braked).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
    bed.clock.advanceSeconds(30);
    expect((await bed.send(put())).status).toBe(204);
  });
});

it('gives way to a password that an admin sets at the same moment', async () => {
  const late = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      setPassword: async (name, hash, replaces, entry) => {
        await store.setPassword(name, cheapHash('of the admin'), null, entry);
        return store.setPassword(name, hash, replaces, entry);
      },
    }),
  });
  await late.putUser({ name: 'viewer', role: 'viewer', passwordHash: cheapHash('secret') });
  expect((await late.send(put())).status).toBe(503);
  expect([await loginStatus(late, 'viewer', next), await loginStatus(late, 'viewer', 'of the admin')]).toEqual([
    401, 200,
  ]);
});

it('leaves an audit entry, and the passwords nowhere', async () => {
  await bed.send(put());
  expect(await auditOf(bed)).toMatchObject([
    { operation: 'change-own-password', principal: 'user:viewer', subject: 'viewer' },
  ]);
  expect(JSON.stringify([await bed.table.rows(), bed.logLines])).not.toContain(next);
});

it.each([
  ['nothing', {}, ['body.current_password', 'body.new_password']],
  ['no current password', { new_password: next }, ['body.current_password']],
  ['an empty current password', { current_password: '', new_password: next }, ['body.current_password']],
  ['a short new one', { current_password: 'secret', new_password: 'eleven char' }, ['body.new_password']],
])('is 422 for %s', async (_, body, fields) => {
  const answer = await unchanged(bed, put(body));
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toEqual(fields);
});

it.each(refusedCallers('user-session'))('$caller is refused: nobody is logged in there', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, put(undefined, token))).status).toBe(403);
});
