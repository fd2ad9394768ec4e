/** The administrator over the real table engine, logged in through the API as deployed. */
import { beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { keepAdmin, type KeepAdminDeps, resetPassword } from '../../../cli/admin/keep-admin.ts';
import { appTokenSecret, cheapHash } from '../../api/access-rows.ts';
import { apiBed, type ApiBed, type TestAnswer } from '../../api/api-bed.ts';
import { useDatabase } from '../../api/test-database.ts';

const newTable = useDatabase();
const caller = 'arn:aws:iam::123456789012:user/ann';
let bed: ApiBed;
let deps: KeepAdminDeps;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  deps = { store: bed.store, clock: bed.clock, caller };
});

function attempt(username: string, password: string): Promise<TestAnswer> {
  const body = new URLSearchParams({ username, password }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return bed.send({ method: 'POST', path: '/api/v1/auth/local/login', headers, body });
}
const logInStatus = async (...as: Parameters<typeof attempt>): Promise<number> => (await attempt(...as)).status;
const logIn = async (...as: Parameters<typeof attempt>): Promise<string> =>
  z.object({ access_token: z.string() }).parse((await attempt(...as)).body).access_token;

it('makes one who may log in and do what an administrator may', async () => {
  expect(await keepAdmin(deps, { user: 'root', password: 'first' })).toBe('made');
  expect(await logInStatus('root', 'first')).toBe(200);
  expect(await bed.store.getUser('root')).toMatchObject({ role: 'admin' });
});

it('gives one that is there a new password, and the old one is worth nothing', async () => {
  await keepAdmin(deps, { user: 'root', password: 'first' });
  expect(await keepAdmin(deps, { user: 'root', password: 'second' })).toBe('password changed');
  expect([await logInStatus('root', 'first'), await logInStatus('root', 'second')]).toEqual([401, 200]);
});

it('leaves an audit entry with the caller, and the password nowhere', async () => {
  await keepAdmin(deps, { user: 'root', password: 'planted-password' });
  const rows = await bed.table.rows();
  expect(rows).toContainEqual(
    expect.objectContaining({ principal: `command-line:${caller}`, operation: 'keep-admin', subject: 'root' }),
  );
  expect(JSON.stringify(rows)).not.toContain('planted-password');
});

it('changes nothing when the name is that of a user with another role', async () => {
  await bed.putUser({ name: 'bob', role: 'viewer' });
  const before = await bed.table.rows();
  await expect(keepAdmin(deps, { user: 'bob', password: 'mine' })).rejects.toThrow('its role is viewer');
  expect(await bed.table.rows()).toEqual(before);
});

it('ends every session and app token that was given before, at once', async () => {
  await keepAdmin(deps, { user: 'root', password: 'first' });
  const token = await logIn('root', 'first');
  await bed.putAppToken('root', 'nightly');
  const tokens = [token, appTokenSecret('root', 'nightly')];
  const statuses = () =>
    Promise.all(
      tokens.map(async (one) => (await bed.send({ method: 'GET', path: '/api/v1/hosts', token: one })).status),
    );
  expect(await statuses()).toEqual([204, 204]);
  await keepAdmin(deps, { user: 'root', password: 'second' });
  expect(await statuses()).toEqual([403, 403]);
});

it('is the way back in for an administrator who was disabled', async () => {
  await bed.putUser({ name: 'root', role: 'admin', isDisabled: true });
  expect(await keepAdmin(deps, { user: 'root', password: 'new' })).toBe('password changed');
  expect(await logInStatus('root', 'new')).toBe(200);
});

it.each(['admin', 'operator', 'viewer'] as const)('resets the password of a %s, whose role stays', async (role) => {
  await bed.putUser({ name: 'bob', role, passwordHash: cheapHash('old') });
  expect(await resetPassword(deps, { user: 'bob', password: 'new' })).toBe('password changed');
  expect([await logInStatus('bob', 'old'), await logInStatus('bob', 'new')]).toEqual([401, 200]);
  expect(await bed.store.getUser('bob')).toMatchObject({ role, tokenEpoch: 1 });
  expect(await bed.table.rows()).toContainEqual(
    expect.objectContaining({ principal: `command-line:${caller}`, operation: 'reset-password', subject: 'bob' }),
  );
});

it('resets nothing where there is no such user, and makes nobody', async () => {
  const before = await bed.table.rows();
  await expect(resetPassword(deps, { user: 'bob', password: 'new' })).rejects.toThrow('there is no user bob');
  expect(await bed.table.rows()).toEqual(before);
});

it('says so when somebody else makes the user at the same moment', async () => {
  const late: KeepAdminDeps['store'] = { ...bed.store, getUser: () => Promise.resolve(undefined) };
  await keepAdmin(deps, { user: 'root', password: 'first' });
  await expect(keepAdmin({ ...deps, store: late }, { user: 'root', password: 'x' })).rejects.toThrow('run it again');
  expect(await logInStatus('root', 'first')).toBe(200);
});
