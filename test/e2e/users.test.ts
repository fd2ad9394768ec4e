/** People and programs over HTTPS: what each may do, and how it ends at once. docs/users.md is what is promised. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptedTask, databaseNamed, deleteSnapshot, ended } from './act/flex.ts';
import { appTokens, loginAnswer, newAppToken, newPerson, newUser, readStatus } from './act/people.ts';
import { type Bed, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { footprint } from './look/footprint.ts';
import { allRows } from './look/table.ts';

const hostId = 'sqlprod1';
const users = '/api/echo/v1/users';
const snapshots = '/api/echo/v1/db_snapshots';

let bed: Bed;
let array: ArrayView;
let order: object;

beforeAll(async () => {
  bed = await startBed({ hosts: [{ hostId, vendor: 'mssql', databases: ['orders'] }] });
  array = await viewArray(bed.array);
  const database = await databaseNamed(bed.api, hostId, 'orders');
  order = {
    source_host_id: hostId,
    database_ids: [database.id],
    name_prefix: 'nightly-',
    consistency_level: 'crash',
  };
}, 90_000);

afterAll(async () => {
  await array.close();
  await bed.stop();
}, 60_000);

const everything = async () => ({
  footprint: await footprint(bed, array),
  tasks: (await allRows(bed.table)).filter((row) => row['_et'] === 'task').length,
});

describe('what a role may do', () => {
  it('a viewer reads, and starts nothing; an operator starts the same call, and manages nobody', async () => {
    const viewer = await newPerson(bed, 'vera', 'viewer');
    const operator = await newPerson(bed, 'otto', 'operator');
    const before = await everything();
    expect(await readStatus(viewer.api)).toBe(200);
    expect((await viewer.api.call('POST', snapshots, order)).status).toBe(403);
    expect((await operator.api.call('GET', users)).status).toBe(403);
    expect((await operator.api.call('PATCH', `${users}/vera`, { role: 'operator' })).status).toBe(403);
    expect(await everything()).toEqual(before);

    const taken = await ended(bed.api, acceptedTask(await operator.api.call('POST', snapshots, order)));
    expect(taken.state).toBe('completed');
    await deleteSnapshot(operator.api, taken.result?.db_snapshot?.id ?? '');
  });

  it('holds from the next call on when it changes', async () => {
    const person = await newPerson(bed, 'paul', 'viewer');
    const change = (name: string, to: object) => bed.api.call('PATCH', `${users}/${name}`, to);
    expect((await person.api.call('POST', `${snapshots}/__validate`, order)).status).toBe(403);
    expect(await change('paul', { role: 'admin' })).toMatchObject({ status: 200, body: { role: 'admin' } });
    expect(await person.api.call('GET', `${users}/vera`)).toMatchObject({ status: 200, body: { role: 'viewer' } });
    expect((await change('paul', { role: 'viewer' })).status).toBe(200);
    expect((await person.api.call('GET', users)).status).toBe(403);
    expect(await readStatus(person.api)).toBe(200);
  });
});

describe("a program's token", () => {
  it('works as its user, shows that it was used, and is dead as soon as it is revoked', async () => {
    const operator = await newPerson(bed, 'olga', 'operator');
    const program = await newAppToken(bed, operator.api);
    const [unused] = await appTokens(operator.api);
    expect(unused).toMatchObject({ id: program.id, app_name: 'nightly jobs', valid: true, last_used_ts: null });

    const taken = await ended(program.api, acceptedTask(await program.api.call('POST', snapshots, order)));
    expect(taken.state).toBe('completed');
    await deleteSnapshot(program.api, taken.result?.db_snapshot?.id ?? '');
    const password = { current_password: 'a', new_password: 'another long password' };
    expect((await program.api.call('PUT', '/api/echo/v1/me/password', password)).status).toBe(403);
    const [used] = await appTokens(operator.api);
    expect(used?.last_used_ts).toBeGreaterThanOrEqual(unused?.created_ts ?? Infinity);

    const second = await newAppToken(bed, program.api);
    expect((await program.api.call('DELETE', `/api/v2/flex_app_tokens/${second.id}`)).status).toBe(204);
    expect(await readStatus(second.api)).toBe(403);

    expect((await operator.api.call('DELETE', '/api/v2/flex_app_tokens', { id: program.id })).status).toBe(204);
    expect(await readStatus(program.api)).toBe(403);
    expect(await appTokens(operator.api)).toEqual([]);
    expect(await readStatus(operator.api)).toBe(200);
  });

  it('is seen and revoked by an administrator', async () => {
    const operator = await newPerson(bed, 'oscar', 'operator');
    const program = await newAppToken(bed, operator.api);
    expect(await readStatus(program.api)).toBe(200);
    const path = `${users}/oscar/app_tokens`;
    expect((await appTokens(bed.api, path)).map(({ id }) => id)).toEqual([program.id]);
    expect((await bed.api.call('DELETE', `${path}/${program.id}`)).status).toBe(204);
    expect(await readStatus(program.api)).toBe(403);
  });
});

describe('what was handed out before is worth nothing', () => {
  it('once its user is disabled, and stays so when they are enabled again', async () => {
    const { name, password, api } = await newPerson(bed, 'dora', 'operator');
    const program = await newAppToken(bed, api);
    expect(await Promise.all([api, program.api].map(readStatus))).toEqual([200, 200]);
    const enable = (enabled: boolean) => bed.api.call('PATCH', `${users}/${name}`, { enabled });
    expect(await enable(false)).toMatchObject({ status: 200, body: { name, enabled: false } });
    expect(await Promise.all([api, program.api].map(readStatus))).toEqual([403, 403]);
    expect((await loginAnswer(bed, name, password)).status).toBe(401);
    expect((await enable(true)).status).toBe(200);
    expect(await Promise.all([api, program.api].map(readStatus))).toEqual([403, 403]);
    expect((await loginAnswer(bed, name, password)).status).toBe(200);
  });

  it('once a password is set, by an administrator or by its user', async () => {
    const { name, password, api } = await newPerson(bed, 'petra', 'viewer');
    const [second, third] = ['a second long one', 'a third long one'];
    expect((await bed.api.call('PUT', `${users}/${name}/password`, { password: second })).status).toBe(204);
    expect(await readStatus(api)).toBe(403);
    expect((await loginAnswer(bed, name, password)).status).toBe(401);
    const again = await loginAnswer(bed, name, second);
    expect(again.status).toBe(200);
    const session = bed.anonymous.as((again.body as { readonly access_token: string }).access_token);
    const own = { current_password: second, new_password: third };
    expect((await session.call('PUT', '/api/echo/v1/me/password', own)).status).toBe(204);
    expect(await readStatus(session)).toBe(403);
    expect((await loginAnswer(bed, name, third)).status).toBe(200);
  });
});

/** Last: what is used up here is this machine's, for everybody who never logged in from it. */
describe('the brake on guessing', () => {
  const secondsPerAttempt = 6;

  it('stops a network that guesses at many names, not who is known there, and ends as it says', async () => {
    const known = await newPerson(bed, 'karl', 'viewer');
    const password = await newUser(bed, 'nina', 'viewer');
    const names = Array.from({ length: 300 }, (_, index) => `stranger-${String(index)}`);
    let wrong = 0;
    let longestWaitSeconds = 0;
    // It refills while we guess: each name once, until there is time enough left to see who is stopped.
    while (longestWaitSeconds < secondsPerAttempt - 1 && names.length > 0) {
      const some = names.splice(0, longestWaitSeconds === 0 ? 10 : 1);
      const answers = await Promise.all(some.map((name) => loginAnswer(bed, name, 'a guess')));
      wrong += answers.filter(({ status }) => status === 401).length;
      const waits = answers.filter(({ status }) => status === 429).map(({ headers }) => Number(headers['retry-after']));
      longestWaitSeconds = Math.max(0, ...waits);
    }
    // Two of a full bucket may have gone on the wrong passwords above.
    expect(wrong).toBeGreaterThanOrEqual(45);

    const braked = await loginAnswer(bed, 'nina', password);
    expect(braked).toMatchObject({ status: 429, body: { detail: expect.stringContaining('wait') as unknown } });
    const waitSeconds = Number(braked.headers['retry-after']);
    expect(waitSeconds).toBeGreaterThan(0);
    expect(waitSeconds).toBeLessThanOrEqual(secondsPerAttempt);
    expect((await loginAnswer(bed, 'karl', known.password)).status).toBe(200);

    await delay(waitSeconds * 1000);
    expect((await loginAnswer(bed, 'nina', password)).status).toBe(200);
    const notes = (await allRows(bed.table)).filter((row) => row['operation'] === 'login-braked');
    expect(notes.length).toBeGreaterThan(0);
  });
});
