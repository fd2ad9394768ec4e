import { beforeEach, describe, expect, it } from 'vitest';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { callingHost, refusedCallers } from './callers.ts';
import { givenHost } from './given.ts';
import { logIn } from './log-in.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const password = 'a long enough password';
const post = (body: unknown, token: string = tokens.admin) =>
  ({ method: 'POST', path: '/api/echo/v1/users', token, body }) as const;
const ann = { name: 'ann', role: 'viewer', password } as const;

it.each(['admin', 'operator', 'viewer'] as const)('makes a user who may log in as %s', async (role) => {
  const answer = await bed.send(post({ ...ann, role }));
  expect(answer.status).toBe(201);
  expect(bodyOf('create-user', answer)).toEqual({ name: 'ann', role, enabled: true, created_ts: startSeconds });
  const token = await logIn(bed, 'ann', password);
  const cancel = await bed.send({ method: 'POST', path: '/api/echo/v1/tasks/none/cancel', token });
  const users = await bed.send({ method: 'GET', path: '/api/echo/v1/users', token });
  expect([cancel.status, users.status]).toEqual({ admin: [404, 200], operator: [404, 403], viewer: [403, 403] }[role]);
});

it('stores and tells the password nowhere', async () => {
  const answer = await bed.send(post(ann));
  expect(JSON.stringify([answer.text, await bed.table.rows(), bed.logLines])).not.toContain(password);
});

it('refuses a name that is taken, and changes nothing', async () => {
  await bed.putUser({ name: 'ann', role: 'operator' });
  const answer = await unchanged(bed, post(ann));
  expect(answer.status).toBe(409);
  expect(detailOf(answer)).toBe("User 'ann' already exists");
});

it('lets one of two at once win', async () => {
  const answers = await Promise.all([bed.send(post(ann)), bed.send(post({ ...ann, role: 'admin' }))]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
});

it('leaves an audit entry with name and role', async () => {
  await bed.send(post(ann));
  expect(await bed.table.rows()).toContainEqual(
    expect.objectContaining({ operation: 'create-user', principal: 'user:admin', subject: 'ann viewer' }),
  );
});

describe('bad input changes nothing', () => {
  it.each([
    ['no name', { name: undefined }, 'body.name'],
    ['an empty name', { name: '' }, 'body.name'],
    ['a long name', { name: 'a'.repeat(65) }, 'body.name'],
    ['a name with a blank', { name: 'a b' }, 'body.name'],
    ['a name with a slash', { name: 'a/b' }, 'body.name'],
    ['a name that begins with a dot', { name: '.a' }, 'body.name'],
    ['no role', { role: undefined }, 'body.role'],
    ['a role nobody has', { role: 'root' }, 'body.role'],
    ['no password', { password: undefined }, 'body.password'],
    ['a short password', { password: 'eleven char' }, 'body.password'],
    ['a very long password', { password: 'x'.repeat(257) }, 'body.password'],
    ['a password that is a number', { password: 123456789012 }, 'body.password'],
  ])('%s', async (_, part, field) => {
    const answer = await unchanged(bed, post({ ...ann, ...part }));
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toContain(field);
    expect(answer.text).not.toContain(password);
  });

  it.each(refusedCallers('admin-session'))('$caller is refused', async ({ token }) => {
    await givenHost(bed, callingHost);
    expect((await unchanged(bed, post(ann, token))).status).toBe(403);
  });
});

it.each(['a', 'Ann', 'ann.lee@example.com', '0-_.', 'a'.repeat(64)])('takes the name %s', async (name) => {
  expect((await bed.send(post({ ...ann, name }))).status).toBe(201);
  const token = await logIn(bed, name, password);
  expect(token.length).toBeLessThanOrEqual(128);
  expect((await bed.send({ method: 'GET', path: '/api/echo/v1/tasks', token })).status).toBe(200);
});
