/** The administrator over the real table engine, logged in through the API as deployed. */
import { beforeEach, expect, it } from 'vitest';
import { keepAdmin, type KeepAdminDeps } from '../../../cli/admin/keep-admin.ts';
import { hashPassword } from '../../../shared/security/password.ts';
import { apiBed, type ApiBed } from '../../api/api-bed.ts';
import { useDatabase } from '../../api/test-database.ts';

const newTable = useDatabase();
const caller = 'arn:aws:iam::123456789012:user/ann';
let bed: ApiBed;
let deps: KeepAdminDeps;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  deps = { store: bed.store, clock: bed.clock, caller };
});

async function logInStatus(username: string, password: string): Promise<number> {
  const body = new URLSearchParams({ username, password }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return (await bed.send({ method: 'POST', path: '/api/v1/auth/local/login', headers, body })).status;
}

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
  await bed.store.putUser({ name: 'bob', role: 'viewer', passwordHash: await hashPassword('his') });
  const before = await bed.table.rows();
  await expect(keepAdmin(deps, { user: 'bob', password: 'mine' })).rejects.toThrow('its role is viewer');
  expect(await bed.table.rows()).toEqual(before);
});

it('has its audit entry even when it dies before the user is written', async () => {
  const dying: KeepAdminDeps['store'] = { ...bed.store, putUser: () => Promise.reject(new Error('killed')) };
  await expect(keepAdmin({ ...deps, store: dying }, { user: 'root', password: 'x' })).rejects.toThrow('killed');
  expect(await bed.store.getUser('root')).toBeUndefined();
  expect(await bed.table.rows()).toContainEqual(expect.objectContaining({ operation: 'keep-admin' }));
  expect(await keepAdmin(deps, { user: 'root', password: 'x' })).toBe('made');
});
