import { beforeEach, expect, it } from 'vitest';
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
  await bed.putAppToken('operator', 'c');
});

const revoke = (id = 'a', token: string = tokens.viewer) =>
  ({ method: 'DELETE', path: `/api/v2/flex_app_tokens/${id}`, token }) as const;

it('is 204, and the token is dead at the next call; the audit has it like any', async () => {
  expect(await bed.send(revoke())).toMatchObject({ status: 204, text: '' });
  expect(await readStatus(bed, appTokenSecret('viewer', 'a'))).toBe(403);
  expect(await auditOf(bed)).toMatchObject([
    { operation: 'revoke-app-token', principal: 'user:viewer', subject: 'viewer/a' },
  ]);
});

it.each([
  ['one that is not there', 'z'],
  ['one of somebody else', 'c'],
])('is 404 for %s', async (_, id) => {
  const answer = await unchanged(bed, revoke(id));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe(`App token '${id}' not found`);
});

it('is 422 for a long id', async () => {
  const answer = await unchanged(bed, revoke('x'.repeat(65)));
  expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 422, fields: ['path.token_id'] });
});

it.each(allowedCallers('user'))('$caller may revoke its own', async ({ caller, token }) => {
  await bed.putAppToken(caller === 'app' ? 'operator' : caller, 'own');
  expect((await bed.send(revoke('own', token))).status).toBe(204);
});

it.each(refusedCallers('user'))('$caller is refused', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, revoke('c', token))).status).toBe(403);
});
