import { beforeEach, expect, it } from 'vitest';
import { appTokenSecret, cheapHash } from './access-rows.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { auditOf, logIn, loginStatus, readStatus } from './log-in.ts';
import { useDatabase } from './test-database.ts';
import { detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await bed.putUser({ name: 'ann', role: 'viewer', passwordHash: cheapHash('secret') });
});

const password = 'a long enough password';
const put = (name: string, body: unknown = { password }, token: string = tokens.admin) =>
  ({ method: 'PUT', path: `/api/echo/v1/users/${name}/password`, token, body }) as const;

it('is 204: the new password opens, the old one does not', async () => {
  const answer = await bed.send(put('ann'));
  expect(answer).toMatchObject({ status: 204, text: '' });
  expect([await loginStatus(bed, 'ann', 'secret'), await loginStatus(bed, 'ann', password)]).toEqual([401, 200]);
});

it('ends sessions and app tokens of that user at once, and of nobody else', async () => {
  await bed.putAppToken('ann', 'nightly');
  await bed.putAppToken('viewer', 'nightly');
  const given = [
    await logIn(bed, 'ann', 'secret'),
    await logIn(bed, 'ann', 'secret'),
    appTokenSecret('ann', 'nightly'),
    appTokenSecret('viewer', 'nightly'),
    tokens.viewer,
  ];
  await bed.send(put('ann'));
  expect(await Promise.all(given.map((token) => readStatus(bed, token)))).toEqual([403, 403, 403, 200, 200]);
});

it('gives a login that began before it a token that is worth nothing', async () => {
  const slow = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      openSession: async (token, known, entry) => {
        await store.setPassword('ann', cheapHash('another'), null, entry);
        await store.openSession(token, known, entry);
      },
    }),
  });
  expect(await readStatus(slow, await logIn(slow, 'ann', 'secret'))).toBe(403);
});

it('does not enable a disabled user', async () => {
  await bed.putUser({ name: 'ann', role: 'viewer', isDisabled: true });
  expect((await bed.send(put('ann'))).status).toBe(204);
  expect(await loginStatus(bed, 'ann', password)).toBe(401);
});

it('leaves an audit entry, and the password nowhere', async () => {
  await bed.send(put('ann'));
  expect(await auditOf(bed)).toMatchObject([{ operation: 'set-password', principal: 'user:admin', subject: 'ann' }]);
  expect(JSON.stringify([await bed.table.rows(), bed.logLines])).not.toContain(password);
});

it('is 404 for a name nobody has', async () => {
  const answer = await unchanged(bed, put('nobody'));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe("User 'nobody' not found");
});

it("is 409 for the caller's own: a stolen session knows no current password", async () => {
  const answer = await bed.send(put('admin'));
  expect(answer.status).toBe(409);
  expect(detailOf(answer)).toContain('me/password');
  expect(await loginStatus(bed, 'admin', password)).toBe(401);
});

it.each([
  ['no password', {}],
  ['a short one', { password: 'eleven char' }],
  ['a very long one', { password: 'x'.repeat(257) }],
  ['null', { password: null }],
])('is 422 for %s', async (_, body) => {
  const answer = await unchanged(bed, put('ann', body));
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toEqual(['body.password']);
});

it.each(refusedCallers('admin-session'))('$caller is refused', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, put('ann', { password }, token))).status).toBe(403);
});
