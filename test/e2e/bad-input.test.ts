import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { routeTable } from '../../functions/api/route-table.ts';
import {
  acceptedTask,
  clone,
  databaseNamed,
  databasesOf,
  deleteClone,
  deleteSnapshot,
  ended,
  postClone,
  requestDeleteClone,
} from './act/flex.ts';
import { type Bed, hostOf, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { type Footprint, footprint } from './look/footprint.ts';
import { allRows } from './look/table.ts';
import { provision } from '../../local/array/provision.ts';

let bed: Bed;
let array: ArrayView;
let sourceId: string;
let hostToken: string;
let before: Footprint;
let tasksBefore: number;

const countTasks = async (): Promise<number> =>
  (await allRows(bed.table)).filter((row) => row['_et'] === 'task').length;

beforeAll(async () => {
  bed = await startBed({
    hosts: [
      { hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders'] },
      { hostId: 'sqldev1', vendor: 'mssql', databases: ['existing'] },
    ],
  });
  array = await viewArray(bed.array);
  sourceId = (await databaseNamed(bed.api, 'sqlprod1', 'orders')).id;
  const registered = await bed.api.call('PUT', '/api/v1/hosts/idle-host', { db_vendor: 'mssql' });
  const { body } = registered;
  hostToken = typeof body === 'object' && body !== null && 'token' in body ? String(body.token) : '';
  expect(registered.status).toBe(201);
}, 90_000);

afterAll(async () => {
  await array.close();
  await bed.stop();
}, 60_000);

beforeEach(async () => {
  before = await footprint(bed, array);
  tasksBefore = await countTasks();
});

/** Refused, and nothing anywhere changed: not even a task was recorded. */
async function expectNothingChanged(): Promise<void> {
  expect(await footprint(bed, array)).toEqual(before);
  expect(await countTasks()).toBe(tasksBefore);
}

const clonePath = '/api/echo/v1/echo_dbs';
const destination = (changes: Readonly<Record<string, unknown>> = {}) => ({
  host_id: 'sqldev1',
  db_id: sourceId,
  db_name: 'fresh',
  ...changes,
});
const body = (changes: Readonly<Record<string, unknown>> = {}) => ({
  source_host_id: 'sqlprod1',
  destinations: [destination()],
  ...changes,
});

describe('a body that does not fit', { timeout: 30_000 }, () => {
  const malformed: readonly [string, () => unknown, string][] = [
    ['no JSON', () => '{"source_host_id": ', 'body'],
    ['a list', () => [], 'body'],
    ['nothing in it', () => ({}), 'source_host_id'],
    ['no destinations', () => body({ destinations: [] }), 'destinations'],
    ['a number for a name', () => body({ destinations: [destination({ db_name: 7 })] }), 'db_name'],
    ['an unknown level', () => body({ consistency_level: 'perfect' }), 'consistency_level'],
    ['a prefix that is too short', () => body({ name_prefix: 'abc' }), 'name_prefix'],
    ['a prefix with capitals', () => body({ name_prefix: 'Nightly' }), 'name_prefix'],
    ['an unknown target state', () => body({ target_state: 'sleeping' }), 'target_state'],
  ];
  it.each(malformed)('%s is a 422 that names the field', async (_what, make, field) => {
    for (const path of [clonePath, `${clonePath}/__validate`]) {
      const answer = await bed.api.call('POST', path, make());
      expect(answer.status).toBe(422);
      const problem = { loc: expect.arrayContaining([field]), msg: expect.any(String), type: expect.any(String) };
      expect(answer.body).toMatchObject({ detail: expect.arrayContaining([problem]) });
    }
    await expectNothingChanged();
  });

  it('that is larger than 256 kB is refused', async () => {
    const answer = await bed.api.call('POST', clonePath, body({ padding: 'x'.repeat(300_000) }));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    await expectNothingChanged();
  });
});

describe('a clone that cannot be made', { timeout: 30_000 }, () => {
  const refused: readonly [string, () => Record<string, unknown>, string][] = [
    ['from an unknown host', () => body({ source_host_id: 'nowhere1' }), 'HOST_NOT_FOUND'],
    ['to an unknown host', () => body({ destinations: [destination({ host_id: 'nowhere1' })] }), 'HOST_NOT_FOUND'],
    [
      'to a host without an agent',
      () => body({ destinations: [destination({ host_id: 'idle-host' })] }),
      'HOST_NOT_CONNECTED',
    ],
    ['of an unknown database', () => body({ destinations: [destination({ db_id: '4711' })] }), 'DB_NOT_FOUND'],
    ['to a name in use', () => body({ destinations: [destination({ db_name: 'EXISTING' })] }), 'DB_NAME_IS_IN_USE'],
    [
      'to the name of its source, there',
      () => body({ destinations: [destination({ host_id: 'sqlprod1', db_name: 'orders' })] }),
      'DB_NAME_IS_IN_USE',
    ],
    [
      'twice to one name',
      () => body({ destinations: [destination(), destination({ db_name: 'FRESH' })] }),
      'DB_NAME_DUPLICATED',
    ],
    ['to a name with a quote', () => body({ destinations: [destination({ db_name: "a'b" })] }), 'DB_NAME_INVALID'],
  ];
  it.each(refused)('%s is a 409 that says why, and its twin says the same', async (_what, make, issue) => {
    const answer = await bed.api.call('POST', clonePath, make());
    expect(answer).toMatchObject({
      status: 409,
      body: { detail: expect.any(String), issues: [{ issue_type: issue }] },
    });
    const twin = await bed.api.call('POST', `${clonePath}/__validate`, make());
    expect(twin).toMatchObject({ status: 200, body: { valid: false, issues: [{ issue_type: issue }] } });
    await expectNothingChanged();
  });

  it('of a database that does not lie on the array ends as a failed task and leaves nothing', async () => {
    const host = { name: 'sqlprod1', type: 'Linux', iqn: 'iqn.2009-01.com.kaminario:initiator.sqlprod1' };
    await provision(bed.array, { volumeGroup: 'unused-vg', volumes: [{ name: 'unused', sizeKib: 1024 }], host });
    await mkdir(`${hostOf(bed, 'sqlprod1').deviceRoot}/LOCALDISK1`, { recursive: true });
    await hostOf(bed, 'sqlprod1').agentCommand('create-database', '--name', 'elsewhere', '--volume', 'LOCALDISK1');
    const { id } = await databaseNamed(bed.api, 'sqlprod1', 'elsewhere');
    const clean = await footprint(bed, array);
    const answer = await postClone(bed.api, 'sqlprod1', [{ host_id: 'sqldev1', db_id: id, db_name: 'fresh' }]);
    expect([200, 409]).toContain(answer.status);
    if (answer.status === 200) {
      const done = await ended(bed.api, acceptedTask(answer));
      expect(done.state).toBe('failed');
      expect(done.error).toMatch(/LOCALDISK1/);
    }
    expect(await footprint(bed, array)).toEqual(clean);
  });
});

describe('a deletion that must not be', { timeout: 60_000 }, () => {
  it('of an original is refused, and its rows stay', async () => {
    const answer = await requestDeleteClone(bed.api, 'sqlprod1', sourceId);
    expect(answer).toMatchObject({ status: 409, body: { issues: [{ issue_type: 'DB_IS_NOT_A_CLONE' }] } });
    await expectNothingChanged();
  });

  it('of what is not there is refused', async () => {
    expect(await requestDeleteClone(bed.api, 'sqldev1', '4711')).toMatchObject({
      status: 409,
      body: { issues: [{ issue_type: 'DB_NOT_FOUND' }] },
    });
    expect(await requestDeleteClone(bed.api, 'nowhere1', '5')).toMatchObject({
      status: 409,
      body: { issues: [{ issue_type: 'HOST_NOT_FOUND' }] },
    });
    expect((await bed.api.call('DELETE', '/api/echo/v1/db_snapshots/snap_1')).status).toBe(404);
    expect((await bed.api.call('DELETE', '/api/echo/v1/db_snapshots/snap_1/__validate')).status).toBe(404);
    expect((await bed.api.call('GET', '/api/echo/v1/tasks/doesnotexistdoesnotexist')).status).toBe(404);
    expect((await bed.api.call('GET', '/api/v1/hosts/nowhere1')).status).toBe(404);
    await expectNothingChanged();
  });

  it('of a clone, twice, is refused the second time', async () => {
    const made = await clone(bed.api, 'sqlprod1', [destination()]);
    const id = made.clones[0]?.id ?? '';
    await deleteClone(bed.api, 'sqldev1', id);
    expect(await requestDeleteClone(bed.api, 'sqldev1', id)).toMatchObject({
      status: 409,
      body: { issues: [{ issue_type: 'DB_NOT_FOUND' }] },
    });
    await deleteSnapshot(bed.api, made.snapshotId);
    expect((await bed.api.call('DELETE', `/api/echo/v1/db_snapshots/${made.snapshotId}`)).status).toBe(404);
    expect((await databasesOf(bed.api, 'sqldev1')).map((one) => one.name)).toEqual(['existing']);
  });
});

describe('without the right token', { timeout: 60_000 }, () => {
  const closed = routeTable.filter((route) => route.audience !== 'public');
  const calls = closed.flatMap((route) => {
    const paths = [route.path, ...route.aliases].map((path) => path.replaceAll(/\{[^}]+\}/g, 'abc123'));
    const all = route.twin ? [...paths, ...paths.map((path) => `${path}/__validate`)] : paths;
    return all.map((path) => ({ method: route.method, path, audience: route.audience }));
  });

  it('every route but the login is closed, whatever the body', async () => {
    expect(calls.length).toBeGreaterThan(15);
    const tokens = ['', 'wrong', hostToken.slice(0, -1), `${hostToken}x`, 'x'.repeat(600)];
    for (const { method, path } of calls) {
      for (const token of tokens) {
        const answer = await bed.anonymous.as(token).call(method, path, method === 'GET' ? undefined : body());
        expect([method, path, answer.status, answer.body]).toEqual([
          method,
          path,
          403,
          { detail: 'Not authenticated' },
        ]);
      }
    }
    await expectNothingChanged();
  });

  it('an administrator does not speak for a host', async () => {
    for (const { method, path } of calls.filter((one) => one.audience === 'host')) {
      expect([path, (await bed.api.call(method, path, {})).status]).toEqual([path, 403]);
    }
    await expectNothingChanged();
  });

  it('a token that was revoked opens nothing', async () => {
    const host = bed.anonymous.as(hostToken);
    expect((await host.call('GET', '/api/echo/v1/topology')).status).toBe(200);
    expect((await bed.api.call('DELETE', '/api/v1/hosts/idle-host')).status).toBe(204);
    expect((await host.call('GET', '/api/echo/v1/topology')).status).toBe(403);
  });

  it('the login says nothing about why it failed', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const wrong = ['username=admin&password=wrong', 'username=nobody&password=wrong'];
    const answers = await Promise.all(
      wrong.map((text) => bed.anonymous.call('POST', '/api/v1/auth/local/login', text, form)),
    );
    expect(answers.map((one) => one.status)).toEqual([401, 401]);
    expect(answers[0]?.body).toEqual(answers[1]?.body);
  });
});
