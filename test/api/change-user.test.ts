import { beforeEach, describe, expect, it } from 'vitest';
import { userToken } from '../../shared/http/authentication.ts';
import { appTokenSecret, cheapHash } from './access-rows.ts';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { auditOf, logIn, loginStatus, readStatus } from './log-in.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await bed.putUser({ name: 'ann', role: 'operator', passwordHash: cheapHash('secret') });
});

const patch = (name: string, body: unknown, token: string = tokens.admin) =>
  ({ method: 'PATCH', path: `/api/echo/v1/users/${name}`, token, body }) as const;
const shown = { name: 'ann', role: 'operator', enabled: true, created_ts: 0 };

it.each([
  ['another role', { role: 'viewer' }, { role: 'viewer' }],
  ['the same role', { role: 'operator' }, {}],
  ['disabled', { enabled: false }, { enabled: false }],
  ['enabled, as it is', { enabled: true }, {}],
  ['both', { role: 'admin', enabled: false }, { role: 'admin', enabled: false }],
])('%s', async (_, body, change) => {
  const answer = await bed.send(patch('ann', body));
  expect(answer.status).toBe(200);
  expect(bodyOf('change-user', answer)).toEqual({ ...shown, ...change });
  expect((await bed.send({ ...patch('ann', undefined), method: 'GET' })).body).toEqual({ ...shown, ...change });
});

describe('holds from the next call on, whatever was handed out before', () => {
  it('a role, for sessions and app tokens', async () => {
    await bed.putAppToken('ann', 'nightly');
    const given = [await logIn(bed, 'ann', 'secret'), appTokenSecret('ann', 'nightly')];
    const cancelStatuses = () =>
      Promise.all(
        given.map(
          async (token) => (await bed.send({ method: 'POST', path: '/api/echo/v1/tasks/none/cancel', token })).status,
        ),
      );
    expect(await cancelStatuses()).toEqual([404, 404]);
    await bed.send(patch('ann', { role: 'viewer' }));
    expect(await cancelStatuses()).toEqual([403, 403]);
    expect(await Promise.all(given.map((token) => readStatus(bed, token)))).toEqual([200, 200]);
  });

  it('disabling, for sessions, app tokens and logins; enabling brings logins back, and no token', async () => {
    await bed.putAppToken('ann', 'nightly');
    const given = [await logIn(bed, 'ann', 'secret'), appTokenSecret('ann', 'nightly')];
    const statuses = () => Promise.all(given.map((token) => readStatus(bed, token)));
    expect(await statuses()).toEqual([200, 200]);
    await bed.send(patch('ann', { enabled: false }));
    expect(await statuses()).toEqual([403, 403]);
    expect(await loginStatus(bed, 'ann', 'secret')).toBe(401);
    await bed.send(patch('ann', { enabled: true }));
    expect(await statuses()).toEqual([403, 403]);
    expect(await readStatus(bed, await logIn(bed, 'ann', 'secret'))).toBe(200);
  });

  it('says no more to a disabled user than to a stranger', async () => {
    const token = await logIn(bed, 'ann', 'secret');
    await bed.send(patch('ann', { enabled: false }));
    const answer = await unchanged(bed, { method: 'GET', path: '/api/echo/v1/tasks', token });
    expect(answer).toMatchObject({ status: 403, text: '{"detail":"Not authenticated"}' });
  });
});

describe('the last enabled admin', () => {
  it.each([
    ['cannot be disabled', { enabled: false }],
    ['cannot be demoted', { role: 'viewer' }],
    ['cannot be both', { role: 'operator', enabled: false }],
  ])('%s', async (_, body) => {
    await bed.putUser({ name: 'former', role: 'admin', isDisabled: true });
    const answer = await unchanged(bed, patch('admin', body));
    expect(answer.status).toBe(409);
    expect(detailOf(answer)).toContain("'admin' is the last enabled admin");
  });

  it('may be changed once there is another', async () => {
    await bed.putUser({ name: 'second', role: 'admin' });
    expect((await bed.send(patch('admin', { role: 'viewer' }))).status).toBe(200);
    expect((await unchanged(bed, patch('second', { role: 'viewer' }))).status).toBe(403);
  });

  it('is not missed when two admins disable each other at once', async () => {
    await bed.putUser({ name: 'second', role: 'admin' });
    const second = userToken('second', 'secondToken000000000000000000001');
    await bed.putToken(second, { kind: 'user', name: 'second', role: 'admin', epoch: 0 });
    const answers = await Promise.all([
      bed.send(patch('second', { enabled: false })),
      bed.send(patch('admin', { enabled: false }, second)),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await bed.store.listUsers()).filter((one) => one.role === 'admin' && !one.isDisabled)).toHaveLength(1);
  });
});

it('leaves an audit entry that says what changed', async () => {
  await bed.send(patch('ann', { role: 'viewer', enabled: false }));
  expect(await auditOf(bed)).toMatchObject([
    { operation: 'change-user', principal: 'user:admin', subject: 'ann role=viewer enabled=false' },
  ]);
});

it('is 404 for a name nobody has', async () => {
  const answer = await unchanged(bed, patch('nobody', { enabled: false }));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe("User 'nobody' not found");
});

it.each([
  ['nothing to change', {}, 'body'],
  ['a role nobody has', { role: 'root' }, 'body.role'],
  ['enabled as a text', { enabled: 'no' }, 'body.enabled'],
])('is 422 for %s', async (_, body, field) => {
  const answer = await unchanged(bed, patch('ann', body));
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer)).toContain(field);
});

it.each(refusedCallers('admin-session'))('$caller is refused', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await unchanged(bed, patch('ann', { role: 'admin' }, token))).status).toBe(403);
});
