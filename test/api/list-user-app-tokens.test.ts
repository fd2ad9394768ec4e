import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await bed.putAppToken('viewer', 'a');
  await bed.putAppToken('operator', 'b');
});

const list = (name: string, token: string = tokens.admin) =>
  ({ method: 'GET', path: `/api/echo/v1/users/${name}/app_tokens`, token }) as const;

it('lists those of that user, without their secrets', async () => {
  const answer = await bed.send(list('viewer'));
  expect(answer.status).toBe(200);
  expect(bodyOf('list-user-app-tokens', answer)).toMatchObject([{ id: 'a', valid: true }]);
  expect(answer.text).not.toMatch(/appTokenOf|hash/i);
});

it('shows those of a disabled user as worth nothing', async () => {
  await bed.putUser({ name: 'viewer', role: 'viewer', isDisabled: true });
  expect((await bed.send(list('viewer'))).body).toMatchObject([{ id: 'a', valid: false }]);
});

it('is 404 for a name nobody has', async () => {
  const answer = await unchanged(bed, list('nobody'));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe("User 'nobody' not found");
});

it('is 422 for a name that nobody can have', async () => {
  const answer = await unchanged(bed, list('x'.repeat(65)));
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toEqual(['path.user_name']);
});

it.each(refusedCallers('admin'))('$caller is refused, also about itself', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, list('viewer', token))).status).toBe(403);
});
