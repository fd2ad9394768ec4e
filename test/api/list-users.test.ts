import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const list = (token: string = tokens.admin) => ({ method: 'GET', path: '/api/echo/v1/users', token }) as const;

it('lists every user by name, also disabled ones, and no hash', async () => {
  await bed.putUser({ name: 'ann', role: 'viewer', isDisabled: true, createdAtSeconds: 5, passwordHash: 'aHash' });
  const answer = await bed.send(list());
  expect(answer.status).toBe(200);
  expect(bodyOf('list-users', answer)).toEqual([
    { name: 'admin', role: 'admin', enabled: true, created_ts: 0 },
    { name: 'ann', role: 'viewer', enabled: false, created_ts: 5 },
    { name: 'operator', role: 'operator', enabled: true, created_ts: 0 },
    { name: 'viewer', role: 'viewer', enabled: true, created_ts: 0 },
  ]);
  expect(answer.text).not.toContain('aHash');
});

it.each(refusedCallers('admin'))('$caller is refused', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, list(token))).status).toBe(403);
});
