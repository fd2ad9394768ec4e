import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountsByName, readAccounts } from '../../../local/array/http/accounts.ts';
import { arrayClient, type Call } from './array-client.ts';
import { startedArray, type StartedArray } from './started-array.ts';

const ops = { name: 'ops', password: 'pass:word', role: 'admin' } as const;
const viewer = { name: 'viewer', password: 'looks', role: 'read_only' } as const;

let array: StartedArray;
let as: Readonly<Record<'root' | 'ops' | 'viewer', Call>>;

beforeAll(async () => {
  array = await startedArray({ moreUsers: [ops, viewer] });
  const client = ({ name, password }: { name: string; password: string }) =>
    arrayClient({ ...array, user: name, password });
  as = { root: array.call, ops: await client(ops), viewer: await client(viewer) };
});
afterAll(async () => {
  await array.stop();
});

const roleOf = async (call: Call) => (await call('GET', '/system/state/1')).body.current_user_role;
const group = (call: Call, name: string) => call('POST', '/volume_groups', { name, quota: 0 });

describe('users and roles', () => {
  it('tells every user the own role', async () => {
    expect([await roleOf(as.root), await roleOf(as.ops), await roleOf(as.viewer)]).toEqual([
      'root',
      'admin',
      'read_only',
    ]);
  });

  it.each([
    ['an unknown name', 'nobody:secret'],
    ['the password of another', 'ops:looks'],
    ['an empty password', 'ops:'],
    ['no colon', 'ops'],
  ])('turns %s away', async (_what, credentials) => {
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    expect((await array.call('GET', '/volumes', undefined, { authorization })).status).toBe(401);
  });

  it('lets an admin change things, and a reader only look', async () => {
    expect((await group(as.ops, 'made-by-ops')).status).toBe(201);
    const { id } = (await as.viewer('GET', '/volume_groups?name=made-by-ops')).body.hits[0];
    const refusals = [
      await group(as.viewer, 'no'),
      await as.viewer('PATCH', `/volume_groups/${id}`, { description: 'no' }),
      await as.viewer('DELETE', `/volume_groups/${id}`),
      await as.viewer('DELETE', '/volume_groups/__bulk', [{ id }]),
    ];
    for (const refusal of refusals)
      expect(refusal).toMatchObject({
        status: 403,
        headers: { 'content-type': 'application/json' },
        body: { error_msg: 'role read_only of user viewer may not change anything' },
      });
    expect((await as.ops('DELETE', `/volume_groups/${id}`)).status).toBe(204);
  });

  it('hides the admin calls from everybody but root', async () => {
    for (const call of [as.ops, as.viewer])
      expect(await call('GET', '/__admin/faults')).toMatchObject({
        status: 404,
        body: { error_msg: '/__admin/faults does not exist' },
      });
    expect(JSON.stringify((await as.root('GET', '')).body)).not.toContain('__admin');
  });
});

describe('a limit of requests per second', () => {
  it('holds back who calls too fast, each user for itself, and never root', async () => {
    const limit = (requests_per_second: number | null) =>
      as.root('PATCH', '/__admin/throttle', { requests_per_second });
    const many = async (call: Call) =>
      Promise.all(Array.from({ length: 40 }, async () => call('GET', '/system/state')));

    expect((await limit(1)).body).toEqual({ requests_per_second: 1 });
    const answers = await many(as.ops);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused).toMatchObject({
      headers: { 'retry-after': '1', 'content-type': 'application/json' },
      body: { error_msg: 'user ops calls too fast' },
    });
    expect((await as.viewer('GET', '/system/state')).status).toBe(200);
    expect((await many(as.root)).every(({ status }) => status === 200)).toBe(true);

    expect((await limit(null)).status).toBe(200);
    expect((await as.root('GET', '/__admin/throttle')).body).toEqual({ requests_per_second: null });
    expect((await many(as.ops)).every(({ status }) => status === 200)).toBe(true);
    expect((await as.root('PATCH', '/__admin/throttle', { requests_per_second: 0 })).status).toBe(400);
  });
});

describe('the file with more users', () => {
  const read = async (content: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'array-users-'));
    try {
      await writeFile(join(folder, 'users.json'), content);
      return await readAccounts(join(folder, 'users.json'));
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('is a JSON list', async () => {
    expect(await read(JSON.stringify([ops, viewer]))).toEqual([ops, viewer]);
  });

  it.each([
    ['no JSON', 'name: ops', 'is not JSON'],
    ['an unknown role', '[{"name":"a","password":"b","role":"god"}]', 'role'],
    ['a colon in a name', '[{"name":"a:b","password":"b","role":"admin"}]', 'without a colon'],
    ['a user without a password', '[{"name":"a","role":"admin"}]', 'password'],
  ])('is refused with %s', async (_what, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it('must not name a user twice', () => {
    expect(() => accountsByName([ops, ops])).toThrow('same name');
  });
});
