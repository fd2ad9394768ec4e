/** What the public clients send that a plain client would not. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provision, type Provisioned } from '../../../local/array/provision.ts';
import { CREDENTIALS, startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
let made: Provisioned;
let dispatcher: Agent;

beforeAll(async () => {
  array = await startedArray();
  made = await provision(
    { ...array, ...CREDENTIALS },
    {
      volumeGroup: 'vg.one',
      volumes: [{ name: 'data', sizeKib: 1024 }],
      host: { name: 'db1', type: 'Linux', iqn: 'iqn.2026-01.test:db1' },
    },
  );
  dispatcher = new Agent({ connect: { ca: readFileSync(array.caFile) } });
});
afterAll(async () => {
  await dispatcher.close();
  await array.stop();
});

const basic = `Basic ${Buffer.from(`${CREDENTIALS.user}:${CREDENTIALS.password}`).toString('base64')}`;
const JSON_LABEL = { 'content-type': 'application/json' };

async function send(method: string, path: string, headers: Record<string, string>, body?: string) {
  const answer = await request(`${array.url}/api/v2${path}`, { method, dispatcher, headers, body: body ?? null });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const authorized = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  send(method, path, { authorization: basic, ...headers }, body);

describe('authentication', () => {
  it('of PowerShell: nothing first, credentials after the challenge', async () => {
    const first = await send('GET', '/system/state', JSON_LABEL);
    expect([first.status, first.headers['www-authenticate']]).toEqual([401, 'Basic realm="sdp"']);
    expect((await authorized('GET', '/system/state')).status).toBe(200);
  });

  it.each(['Bearer token', 'basic', 'Basic', 'Basic !!!', ''])('with %j is nobody', async (authorization) => {
    expect((await send('GET', '/volumes', { authorization })).status).toBe(401);
  });

  it('is a scheme in any case', async () => {
    expect((await send('GET', '/volumes', { authorization: basic.replace('Basic', 'basic') })).status).toBe(200);
  });
});

describe('queries', () => {
  it.each([
    ['PowerShell encodes all punctuation', '/volume_groups?name=vg%2Eone', 1],
    ['PowerShell encodes references', '/mappings?host.ref=%2Fhosts%2F1', 1],
    ['PowerShell encodes names of snapshots', '/snapshots?name=vg%2Eone%3As1', 0],
    ['PowerShell asks for everything', '/volumes?__limit=9999', 2],
    ['Kblock leaves a value out', '/volumes?name=', 2],
    ['one id in a list', '/volumes?id__in=1', 1],
    ['an old name of a list', '/volumes?name__m_eq=data,CTRL', 2],
    ['curl writes a space as a plus', '/volume_groups?name=vg+one', 0],
    ['newest first', '/snapshots?__sort=creation_time&__sort_order=desc&__limit=1', 0],
    ['nobody knows this modifier', '/volumes?__nonsense=1', 2],
  ])('%s: %s finds %i', async (_habit, path, total) => {
    expect(await authorized('GET', path, undefined, JSON_LABEL)).toMatchObject({ status: 200, body: { total } });
  });
});

describe('bodies', () => {
  it.each([
    ['numbers as texts', '/volume_groups', { name: 'a1', quota: '5000000' }, { quota: 5_000_000 }],
    ['flags as texts of Python', '/volume_groups', { name: 'a2', quota: 0, is_dedup: 'False' }, { is_dedup: false }],
    ['keys of another language', '/volume_groups', { name: 'a3', quota: 0, capacityPolicy: 'x' }, { name: 'a3' }],
    ['flags that are not set', '/volume_groups', { name: 'a4', quota: 0, is_dedupe: null }, { name: 'a4' }],
    [
      'counts as texts',
      '/retention_policies',
      { name: 'r', num_snapshots: '3', weeks: '0', days: '0', hours: '0' },
      { num_snapshots: 3 },
    ],
  ])('have %s', async (_habit, path, body, expected) => {
    expect(await authorized('POST', path, JSON.stringify(body), JSON_LABEL)).toMatchObject({
      status: 201,
      body: expected,
    });
  });

  it('come without a label, or with that of a form, from curl', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await authorized('POST', '/volume_groups', '{"name": "b1", "quota": 0}')).status).toBe(201);
    expect((await authorized('POST', '/volume_groups', '{"name": "b2", "quota": 0}', form)).status).toBe(201);
  });

  it.each(['null', '""', '{}'])('take a host out of its group with %s', async (nothing) => {
    const group = (await authorized('POST', '/host_groups', JSON.stringify({ name: `hg${nothing.length}` }))).body;
    const host = (await authorized('POST', '/hosts', JSON.stringify({ name: `h${nothing.length}`, type: 'Linux' })))
      .body;
    const patch = (value: string) => authorized('PATCH', `/hosts/${host.id}`, `{"host_group": ${value}}`);
    expect((await patch(`{"ref": "/host_groups/${group.id}"}`)).body.is_part_of_group).toBe(true);
    expect((await patch(nothing)).body).toMatchObject({ is_part_of_group: false, host_group: null });
    for (const path of [`/hosts/${host.id}`, `/host_groups/${group.id}`])
      expect((await authorized('DELETE', path)).status).toBe(204);
  });
});

describe('calls of the Go SDK', () => {
  it('label everything, and remove with a body: the answer is a 204 without one', async () => {
    const mapping = (await authorized('GET', '/mappings?host.ref=/hosts/1', undefined, JSON_LABEL)).body.hits[0];
    const removed = await authorized('DELETE', `/mappings/${mapping.id}`, JSON.stringify(mapping), JSON_LABEL);
    expect(removed).toMatchObject({ status: 204, body: undefined });
    expect(await authorized('DELETE', `/volumes/${made.volumes[0]?.id}`, '', JSON_LABEL)).toMatchObject({
      status: 204,
    });
  });

  it('take any answer with an error_msg for a failure: a success has none', async () => {
    const { body } = await authorized('POST', '/hosts', JSON.stringify({ name: 'go', type: 'Linux' }), JSON_LABEL);
    expect(body).not.toHaveProperty('error_msg');
  });
});

it('answers Cinder a version that it does not refuse, in a list of one', async () => {
  const { hits, total } = (await authorized('GET', '/system/state')).body;
  expect([total, hits[0].id, Number.parseFloat(hits[0].rest_api_version) >= 2]).toEqual([1, 1, true]);
});
