import { beforeEach, expect, it } from 'vitest';
import { appTokenSecret } from './access-rows.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { auditOf, readStatus } from './log-in.ts';
import { useDatabase } from './test-database.ts';
import { detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await bed.putAppToken('viewer', 'a');
  await bed.putAppToken('operator', 'b');
});

const revoke = (name: string, id: string, token: string = tokens.admin) =>
  ({ method: 'DELETE', path: `/api/echo/v1/users/${name}/app_tokens/${id}`, token }) as const;

it('is 204, and the token is dead at the next call; others live', async () => {
  expect(await bed.send(revoke('viewer', 'a'))).toMatchObject({ status: 204, text: '' });
  expect(await readStatus(bed, appTokenSecret('viewer', 'a'))).toBe(403);
  expect(await readStatus(bed, appTokenSecret('operator', 'b'))).toBe(200);
});

it('leaves an audit entry that names whose it was', async () => {
  await bed.send(revoke('viewer', 'a'));
  expect(await auditOf(bed)).toMatchObject([
    { operation: 'revoke-app-token', principal: 'user:admin', subject: 'viewer/a' },
  ]);
});

it.each([
  ['a token that is not there', 'viewer', 'z'],
  ['the token of another user', 'viewer', 'b'],
  ['a name nobody has', 'nobody', 'a'],
])('is 404 for %s', async (_, name, id) => {
  const answer = await unchanged(bed, revoke(name, id));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe(`App token '${id}' not found`);
});

it.each([
  ['a long name', 'x'.repeat(65), 'a', 'path.user_name'],
  ['a long id', 'viewer', 'x'.repeat(65), 'path.token_id'],
])('is 422 for %s', async (_, name, id, field) => {
  const answer = await unchanged(bed, revoke(name, id));
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toEqual([field]);
});

it.each(refusedCallers('admin'))('$caller is refused', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, revoke('operator', 'b', token))).status).toBe(403);
});
