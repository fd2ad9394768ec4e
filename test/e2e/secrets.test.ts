import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptedTask, clone, databaseNamed, deleteClone, deleteSnapshot, ended, postClone } from './act/flex.ts';
import { type Bed, hostOf, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { allRows } from './look/table.ts';

let bed: Bed;
let array: ArrayView;
const secrets = new Map<string, string>();

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const field = (body: unknown, name: string): string => {
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  if (typeof value !== 'string') throw new Error(`no ${name} in ${JSON.stringify(body)}`);
  return value;
};

/** Uses every secret in every way we can think of, right and wrong. */
beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'pgprod1', vendor: 'postgres', databases: ['shop'] },
      { hostId: 'pgdev1', vendor: 'postgres', databases: [] },
    ],
  });
  array = await viewArray(bed.array);
  secrets.set('array password', bed.array.password);
  secrets.set('array credentials', Buffer.from(`${bed.array.user}:${bed.array.password}`).toString('base64'));
  secrets.set('administrator password', bed.adminPassword);
  secrets.set('superuser password', bed.superuserPassword);
  const login = await bed.anonymous.call(
    'POST',
    '/api/v1/auth/local/login',
    `username=admin&password=${bed.adminPassword}`,
    form,
  );
  secrets.set('user token', field(login.body, 'access_token'));
  secrets.set('mistyped password', 'planted-mistyped-password');
  await bed.anonymous.call(
    'POST',
    '/api/v1/auth/local/login',
    'username=admin&password=planted-mistyped-password',
    form,
  );
  await bed.anonymous.call('POST', '/api/v1/auth/local/login', {
    username: 'admin',
    password: 'planted-mistyped-password',
  });
  secrets.set('unknown token', 'planted-unknown-token');
  await bed.anonymous.as('planted-unknown-token').call('GET', '/api/echo/v1/topology');
  const registered = await bed.api.call('PUT', '/api/v1/hosts/other-host', { db_vendor: 'mssql' });
  secrets.set('token of a registered host', field(registered.body, 'token'));
  await bed.anonymous.as(field(registered.body, 'token')).call('POST', '/api/agent/v1/heartbeat', {});
  for (const hostId of bed.hosts.keys()) {
    secrets.set(`token of ${hostId}`, (await readFile(join(bed.dataDir, 'hosts', hostId, 'token'), 'utf8')).trim());
  }

  const sourceId = (await databaseNamed(bed.api, 'pgprod1', 'shop')).id;
  const destination = [{ host_id: 'pgdev1', db_id: sourceId, db_name: 'shop_dev' }];
  const made = await clone(bed.api, 'pgprod1', destination);
  await deleteClone(bed.api, 'pgdev1', made.clones[0]?.id ?? '');
  await deleteSnapshot(bed.api, made.snapshotId);
  const fault = await array.fault({ call: 'POST mappings', when: 'before', status: 401 });
  const failed = await ended(bed.api, acceptedTask(await postClone(bed.api, 'pgprod1', destination)));
  expect([failed.state, await array.fired(fault)]).toEqual(['failed', 1]);
  expect(failed.error).toContain('credentials not accepted');
  await hostOf(bed, 'pgdev1').stopAgent('SIGTERM');
}, 120_000);

afterAll(async () => {
  await array.close();
  await bed.stop();
}, 60_000);

/** Where a secret lives, readable for its owner only, and the bytes of volumes. */
const homes = /^(secrets\.json|superuser\.password|hosts\/[^/]+\/token|array\/(volumes|hosts)\/.*|agent\.mjs(\.map)?)$/;

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

const secretsIn = (text: string): readonly string[] =>
  [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);

describe('secrets', () => {
  it('are in no file of the site but their own', async () => {
    const files = (await filesBelow(bed.dataDir)).filter((file) => !homes.test(relative(bed.dataDir, file)));
    const names = files.map((file) => relative(bed.dataDir, file));
    expect(names).toEqual(
      expect.arrayContaining(['logs/array.log', 'hosts/pgdev1/agent.log', 'hosts/pgprod1/agent.log']),
    );
    const found = await Promise.all(
      files.map(async (file) => ({
        file: relative(bed.dataDir, file),
        secrets: secretsIn(await readFile(file, 'latin1')),
      })),
    );
    expect(found.filter((one) => one.secrets.length > 0)).toEqual([]);
  });

  it('are in nothing the functions log', async () => {
    const log = await bed.functionLogs();
    expect(log).toContain('step failed');
    expect(log).toContain('/api/v1/auth/local/login');
    expect(secretsIn(log)).toEqual([]);
  });

  it('have files that only their owner reads', async () => {
    for (const file of ['secrets.json', 'superuser.password', 'hosts/pgprod1/token']) {
      expect([file, (await stat(join(bed.dataDir, file))).mode & 0o077]).toEqual([file, 0]);
    }
  });

  it('are in no row of the table, tasks and audit among them', async () => {
    const rows = await allRows(bed.table);
    const kinds = new Set(rows.map((row) => row['_et']));
    expect([...kinds]).toEqual(expect.arrayContaining(['task', 'audit', 'effect', 'command', 'token', 'user', 'host']));
    expect(rows.filter((row) => secretsIn(JSON.stringify(row)).length > 0)).toEqual([]);
  });

  it('are in no execution and in no answer about tasks', async () => {
    const executions = await bed.executions();
    expect(executions.length).toBeGreaterThan(3);
    expect(executions.filter((one) => secretsIn(one.history).length > 0)).toEqual([]);
    expect(executions.some((one) => one.history.includes('credentials not accepted'))).toBe(true);
    expect(secretsIn(JSON.stringify((await bed.api.call('GET', '/api/echo/v1/tasks')).body))).toEqual([]);
    expect(secretsIn(JSON.stringify((await bed.api.call('GET', '/api/v1/hosts')).body))).toEqual([]);
  });
});
