import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RETENTION } from './array-client.ts';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
let groupIds: readonly number[];
let hostId: number;

const call = (...args: Parameters<StartedArray['call']>) => array.call(...args);
const total = async (path: string) => (await call('GET', path)).body.total;
const volumesOnDisk = () => readdirSync(join(array.dataDir, 'volumes')).sort();
const idsOf = (body: { hits: { id: number }[] }) => body.hits.map(({ id }) => id);
const group = (name: string) => ({ name, quota: 0 });
const volume = (name: string, groupId = groupIds[0]) => ({
  name,
  size: 1024,
  volume_group: { ref: `/volume_groups/${groupId}` },
});
const snapshot = (short_name: string, groupId: number | undefined) => ({
  short_name,
  source: { ref: `/volume_groups/${groupId}` },
  retention_policy: RETENTION,
});

beforeAll(async () => {
  array = await startedArray();
  groupIds = idsOf((await call('POST', '/volume_groups/__bulk', [group('g1'), group('g2')])).body);
  hostId = (await call('POST', '/hosts', { name: 'h1', type: 'Linux' })).body.id;
  await call('POST', '/volumes/__bulk', [volume('v1'), volume('v2'), volume('v3', groupIds[1])]);
});
afterAll(async () => {
  await array.stop();
});

describe('bulk POST', () => {
  it('makes everything, each item beside those before it', async () => {
    const volumes = (await call('GET', '/volumes?name__prefix=v')).body.hits;
    const items = volumes.map(({ id }: { id: number }) => ({
      host: { ref: `/hosts/${hostId}` },
      volume: { ref: `/volumes/${id}` },
    }));
    const made = await call('POST', '/mappings/__bulk', items);
    expect(made).toMatchObject({ status: 201, body: { total: 3, hits: [{ lun: 1 }, { lun: 2 }, { lun: 3 }] } });
    expect((await call('DELETE', '/mappings/__bulk', made.body.hits)).status).toBe(204);
  });

  it('takes snapshots of several groups at one instant', async () => {
    const { body } = await call('POST', '/snapshots/__bulk', [snapshot('s', groupIds[0]), snapshot('s', groupIds[1])]);
    expect(body.hits[0].creation_time).toBe(body.hits[1].creation_time);
    expect(await total('/volsnaps')).toBe(3);
    expect((await call('DELETE', '/snapshots/__bulk', body.hits)).status).toBe(204);
    expect(await total('/volsnaps')).toBe(0);
  });

  it('leaves neither records nor bytes when an item is refused, and says which', async () => {
    const before = volumesOnDisk();
    const refused = await call('POST', '/volumes/__bulk', [volume('v4'), volume('v5'), volume('v1')]);
    expect(refused).toMatchObject({
      status: 400,
      body: { error_msg: expect.stringMatching(/^item 3 of 3: .*v1 already exists/) },
    });
    expect(await total('/volumes?name__in=v4,v5')).toBe(0);
    expect(volumesOnDisk()).toEqual(before);
  });

  it('refuses the same name twice and what only both together exceed', async () => {
    expect((await call('POST', '/volume_groups/__bulk', [group('twin'), group('twin')])).status).toBe(400);
    await call('PATCH', `/volume_groups/${groupIds[1]}`, { quota: 2500 });
    const both = await call('POST', '/volumes/__bulk', [volume('v6', groupIds[1]), volume('v7', groupIds[1])]);
    expect(both).toMatchObject({ status: 400, body: { error_msg: expect.stringContaining('item 2 of 2') } });
    expect(await total('/volumes?name__in=v6,v7')).toBe(0);
    expect((await call('PATCH', `/volume_groups/${groupIds[1]}`, { quota: 0 })).body.quota).toBeNull();
  });

  it('takes 100 objects and not 101, none included', async () => {
    const many = Array.from({ length: 101 }, (_, index) => group(`many${index}`));
    expect(await call('POST', '/volume_groups/__bulk', many)).toMatchObject({
      status: 400,
      body: { error_msg: 'a bulk has at most 100 objects, not 101' },
    });
    const made = await call('POST', '/volume_groups/__bulk', many.slice(1));
    expect(made).toMatchObject({ status: 201, body: { total: 100 } });
    expect((await call('DELETE', '/volume_groups/__bulk', made.body.hits)).status).toBe(204);
    expect(await total('/volume_groups?name__prefix=many')).toBe(0);
    expect((await call('POST', '/volume_groups/__bulk', [])).body).toEqual({ hits: [], total: 0 });
  });

  it('answers __meta in the same way, for one object too', async () => {
    const made = await call('POST', '/volume_groups/__meta', group('meta'));
    expect(made).toMatchObject({ status: 201, body: { total: 1, hits: [{ name: 'meta' }] } });
    const path = `/volume_groups/__meta/${made.body.hits[0].id}`;
    expect((await call('PATCH', path, { description: 'by krest' })).body.description).toBe('by krest');
    expect((await call('DELETE', path)).status).toBe(204);
  });
});

describe('objects of one bulk', () => {
  const create = async (body: object) => (await call('POST', '/snapshots', body)).body;
  const of = (short_name: string, source: string, is_exposable = false) => ({
    ...{ short_name, source: { ref: source }, retention_policy: RETENTION, is_exposable },
  });

  it('cannot point to each other, whoever guesses the id', async () => {
    const { id } = await create(snapshot('base', groupIds[0]));
    const before = volumesOnDisk();
    const volumes = (await call('GET', `/volsnaps?snapshot.ref=/snapshots/${id}`)).body.total;
    const guessed = `/snapshots/${Number(id) + Number(volumes) + 1}`;
    const bulk = [of('view', `/snapshots/${id}`, true), of('of-view', guessed)];
    expect(await call('POST', '/snapshots/__bulk', bulk)).toMatchObject({
      status: 400,
      body: {
        error_msg: `item 2 of 2: field source points to ${guessed}, which does not exist or is not possible here`,
      },
    });
    expect(volumesOnDisk()).toEqual(before);
    expect((await call('DELETE', `/snapshots/${id}`)).status).toBe(204);
  });

  it('hold data of their own time: a view that of its snapshot', async () => {
    const old = await create(snapshot('early', groupIds[0]));
    await array.call('POST', '/__admin/faults', { clock_skew_seconds: 100 });
    const bulk = [of('view', `/snapshots/${old.id}`), snapshot('late', groupIds[0])];
    const [view, late] = (await call('POST', '/snapshots/__bulk', bulk)).body.hits;
    await array.call('DELETE', '/__admin/faults');
    expect(view.data_creation_time).toBe(old.data_creation_time);
    expect(view.creation_time).toBeGreaterThan(Number(old.creation_time) + 90);
    expect(late.data_creation_time).toBe(late.creation_time);
    expect((await call('DELETE', '/snapshots/__bulk', [view, late, old])).status).toBe(204);
  });
});

describe('whole mappings', () => {
  it('come back unchanged, those of a view and its disks too', async () => {
    const source = await call('POST', '/snapshots', snapshot('mapped', groupIds[0]));
    const view = await call('POST', '/snapshots', {
      ...snapshot('mapped-view', groupIds[0]),
      source: { ref: `/snapshots/${source.body.id}` },
      is_exposable: true,
    });
    const host = { ref: `/hosts/${hostId}` };
    const row = await call('POST', '/mappings', { host, volume: { ref: `/snapshots/${view.body.id}` } });
    const { hits } = (await call('GET', `/mappings?host.ref=${host.ref}`)).body;
    expect(hits.length).toBeGreaterThan(1);
    expect(await call('PATCH', '/mappings/__bulk', hits)).toMatchObject({ status: 200, body: { hits } });
    for (const whole of hits)
      expect(await call('PATCH', `/mappings/${whole.id}`, whole)).toMatchObject({ status: 200, body: whole });
    expect((await call('DELETE', `/mappings/${row.body.id}`)).status).toBe(204);
    expect((await call('DELETE', '/snapshots/__bulk', [view.body, source.body])).status).toBe(204);
  });
});

describe('bulk PATCH', () => {
  it('changes everything, also what only works in this order', async () => {
    const [first, second] = groupIds;
    const moved = await call('PATCH', '/volume_groups/__bulk', [
      { id: second, name: 'g3' },
      { id: `${first}`, name: 'g2' },
    ]);
    expect(moved).toMatchObject({ status: 200, body: { total: 2 } });
    const names = (await call('GET', '/volume_groups?name__in=g1,g2,g3&__sort=id')).body.hits;
    expect(names).toMatchObject([
      { id: first, name: 'g2' },
      { id: second, name: 'g3' },
    ]);
  });

  it('changes no object twice', async () => {
    const [first] = groupIds;
    const items = [
      { id: first, name: 'once' },
      { id: `${first}`, name: 'twice' },
    ];
    expect(await call('PATCH', '/volume_groups/__bulk', items)).toMatchObject({
      status: 400,
      body: { error_msg: `volume group ${first} is in the bulk more than once` },
    });
    expect((await call('GET', `/volume_groups/${first}`)).body.name).toBe('g2');
  });

  it('changes nothing when an item is refused or has no id', async () => {
    const [first, second] = groupIds;
    const body = [
      { id: first, description: 'half' },
      { id: second, name: 'g2' },
    ];
    expect((await call('PATCH', '/volume_groups/__bulk', body)).status).toBe(400);
    expect((await call('PATCH', '/volume_groups/__bulk', [body[0], { id: 9999, quota: 0 }])).status).toBe(404);
    expect((await call('PATCH', '/volume_groups/__bulk', [body[0], { name: 'no-id' }])).body).toEqual({
      error_msg: 'item 2 of the bulk has no id',
    });
    expect((await call('GET', `/volume_groups/${first}`)).body.description).toBeNull();
  });

  it('moves the device roots of hosts that take over their names', async () => {
    const hosts = (
      await call('POST', '/hosts/__bulk', [
        { name: 'left', type: 'Linux' },
        { name: 'right', type: 'Linux' },
      ])
    ).body.hits;
    await call('PATCH', '/hosts/__bulk', [
      { id: hosts[0].id, name: 'middle' },
      { id: hosts[1].id, name: 'left' },
    ]);
    expect(readdirSync(join(array.dataDir, 'hosts')).sort()).toEqual(['h1', 'left', 'middle']);
    expect((await call('DELETE', '/hosts/__bulk', hosts)).status).toBe(204);
  });

  it('does not restore a group again because it comes back whole, and restores none on purpose', async () => {
    const made = (await call('POST', '/snapshots', snapshot('old', groupIds[0]))).body;
    const last_restored_from = { ref: `/snapshots/${made.id}` };
    const asked = { id: groupIds[0], last_restored_from };
    expect((await call('PATCH', '/volume_groups/__bulk', [asked])).body.error_msg).toContain('a call of its own');
    const restored = (await call('PATCH', `/volume_groups/${groupIds[0]}`, { last_restored_from })).body;
    const again = await call('PATCH', '/volume_groups/__bulk', [{ ...restored, description: 'whole' }]);
    expect(again).toMatchObject({
      status: 200,
      body: { hits: [{ description: 'whole', last_restored_time: restored.last_restored_time, last_restored_from }] },
    });
  });
});

describe('bulk DELETE', () => {
  it('removes what one item makes possible for the next, and nothing when one is refused', async () => {
    const source = (await call('GET', '/snapshots?short_name=old')).body.hits[0];
    const view = (
      await call('POST', '/snapshots', {
        short_name: 'view',
        source: { ref: `/snapshots/${source.id}` },
        retention_policy: RETENTION,
        is_exposable: true,
      })
    ).body;
    const before = volumesOnDisk();
    const wrongOrder = await call('DELETE', '/snapshots/__bulk', [source, view]);
    expect(wrongOrder).toMatchObject({ status: 400, body: { error_msg: expect.stringContaining('item 1 of 2') } });
    expect((await call('DELETE', '/snapshots/__bulk', [view, { id: 9999 }])).status).toBe(404);
    expect([await total('/snapshots'), volumesOnDisk()]).toEqual([2, before]);
    expect((await call('DELETE', '/snapshots/__bulk', [view, source])).status).toBe(204);
    expect(await total('/snapshots')).toBe(0);
  });

  it('knows the verbs of the collection', async () => {
    expect((await call('POST', '/volsnaps/__bulk', [])).status).toBe(405);
    expect((await call('POST', '/nonsense/__bulk', [])).status).toBe(404);
  });
});

describe('a bulk that the array dies in', () => {
  it.each([
    ['during', 0],
    ['after', 2],
  ])('%s: %i of 2 objects are there afterwards, with their bytes', async (when, expected) => {
    const before = volumesOnDisk();
    await call('POST', '/__admin/faults', { call: 'POST volumes', when, restart: true });
    await expect(call('POST', '/volumes/__bulk', [volume('d1'), volume('d2')])).rejects.toThrow();
    const found = await eventually(async () => total('/volumes?name__in=d1,d2').catch(() => undefined));
    expect([found, volumesOnDisk().length - before.length]).toEqual([expected, expected]);
  });
});

describe('everything', () => {
  it('is dumped under the names of the collections', async () => {
    const { body } = await call('GET', '/__full?__pretty');
    expect(Object.keys(body).sort()).toEqual(Object.keys((await call('GET', '')).body.resources).sort());
    expect(body.volumes).toContainEqual(expect.objectContaining({ name: 'v1' }));
  });
});
