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
});

const get = (name: string, token: string = tokens.admin) =>
  ({ method: 'GET', path: `/api/echo/v1/users/${name}`, token }) as const;

it('shows role and whether the user is enabled, and no hash', async () => {
  await bed.putUser({ name: 'ann', role: 'viewer', isDisabled: true, passwordHash: 'aHash' });
  const answer = await bed.send(get('ann'));
  expect(answer.status).toBe(200);
  expect(bodyOf('get-user', answer)).toEqual({ name: 'ann', role: 'viewer', enabled: false, created_ts: 0 });
});

it('is 404 for a name nobody has, in any other case too', async () => {
  const answer = await unchanged(bed, get('Admin'));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe("User 'Admin' not found");
});

it('is 422 for a name that nobody can have', async () => {
  const answer = await unchanged(bed, get('x'.repeat(65)));
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toEqual(['path.user_name']);
});

it.each(refusedCallers('admin'))('$caller is refused, also about itself', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, get('viewer', token))).status).toBe(403);
});
