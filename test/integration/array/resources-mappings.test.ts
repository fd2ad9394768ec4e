import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETENTION } from './array-client.ts';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
let volumes: string[];
let hosts: string[];

async function made(collection: string, body: object): Promise<string> {
  const reply = await array.call('POST', `/${collection}`, body);
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
  return `/${collection}/${reply.body.id}`;
}

beforeAll(async () => {
  array = await startedArray();
  await made('volume_groups', { name: 'vg', quota: 0 });
  const volume = (name: string) => made('volumes', { name, size: 1, volume_group: { ref: '/volume_groups/2' } });
  volumes = [await volume('v1'), await volume('v2')];
  hosts = [
    await made('hosts', { name: 'h1', type: 'Linux' }),
    await made('hosts', { name: 'h2', type: 'Linux' }),
    await made('hosts', { name: 'h3', type: 'Linux' }),
  ];
});
afterAll(async () => {
  await array.stop();
});

const refused = (text: string) => ({ status: 400, body: { error_msg: expect.stringContaining(text) } });
const map = (host: number, volume: number, more: object = {}) =>
  made('mappings', { host: { ref: hosts[host] }, volume: { ref: volumes[volume] }, ...more });
const move = (mapping: string, host: string | undefined) => array.call('PATCH', mapping, { host: { ref: host } });
const disks = (host: string): number => readdirSync(join(array.dataDir, 'hosts', host)).length;

describe('a mapping that moves to another host', () => {
  it('takes its device entry and its lun along, if that is free there', async () => {
    const mapping = await map(0, 0, { lun: 3 });
    expect(await move(mapping, hosts[1])).toMatchObject({ status: 200, body: { host: { ref: hosts[1] }, lun: 3 } });
    expect([disks('h1'), disks('h2')]).toEqual([0, 1]);
    const other = await map(0, 1, { lun: 3 });
    expect(await move(other, hosts[1])).toMatchObject(refused('lun 3'));
    expect((await array.call('PATCH', other, { host: { ref: hosts[1] }, lun: 4 })).status).toBe(200);
    expect([disks('h1'), disks('h2')]).toEqual([0, 2]);
    const twice = await map(0, 0);
    expect(await move(twice, hosts[1])).toMatchObject(refused('already exists'));
    array = await array.restart();
    expect([disks('h1'), disks('h2')]).toEqual([1, 2]);
    for (const path of [mapping, other, twice]) expect((await array.call('DELETE', path)).status).toBe(204);
  });

  it('goes to a host group, and to no host in one', async () => {
    const group = await made('host_groups', { name: 'hg' });
    expect((await array.call('PATCH', hosts[2] ?? '', { host_group: { ref: group } })).status).toBe(200);
    const mapping = await map(0, 0);
    expect(await move(mapping, hosts[2])).toMatchObject(refused('host h3 is in a host group'));
    expect((await move(mapping, group)).status).toBe(200);
    expect([disks('h1'), disks('h3')]).toEqual([0, 1]);
    expect((await array.call('DELETE', mapping)).status).toBe(204);
  });

  it('is not one of a view', async () => {
    const source = { ref: '/volume_groups/2' };
    const exposable = { short_name: 'e', source, retention_policy: RETENTION, is_exposable: true };
    const snapshot = await made('snapshots', exposable);
    expect((await array.call('GET', snapshot)).body.last_exposed_time).toBeNull();
    const mapping = await made('mappings', { host: { ref: hosts[0] }, volume: { ref: snapshot } });
    expect((await array.call('GET', snapshot)).body.last_exposed_time).toEqual(expect.any(Number));
    for (const { id } of (await array.call('GET', `/mappings?host.ref=${hosts[0]}`)).body.hits)
      expect(await move(`/mappings/${id}`, hosts[1])).toMatchObject(refused('map it anew'));
    const seen = (await array.call('GET', '/events?name=MAPPING_DELETED&__limit=0')).body.total;
    expect((await array.call('DELETE', mapping)).status).toBe(204);
    expect((await array.call('GET', '/events?name=MAPPING_DELETED&__limit=0')).body.total).toBe(Number(seen) + 3);
  });
});
