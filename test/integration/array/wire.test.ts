import { statSync } from 'node:fs';
import { join } from 'node:path';
import { request, Agent } from 'undici';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provision, type Provisioned } from '../../../local/array/provision.ts';
import { RETENTION } from './array-client.ts';
import { CREDENTIALS, startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
let made: Provisioned;

const wanted = {
  volumeGroup: 'orders',
  volumes: [
    { name: 'orders-data', sizeKib: 2_097_152 },
    { name: 'orders-wal', sizeKib: 1_048_576 },
  ],
  host: { name: 'db1', type: 'Linux', iqn: 'iqn.2026-01.test:db1' },
};

beforeAll(async () => {
  array = await startedArray();
  made = await provision({ ...array, ...CREDENTIALS }, wanted);
});

afterAll(async () => {
  await array.stop();
});

const error = (text: unknown) => ({ error_msg: expect.stringContaining(String(text)) });

describe('transport', () => {
  it('challenges a call without credentials, for clients that wait for it', async () => {
    const reply = await array.call('GET', '/volumes', undefined, { authorization: '' });
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toMatch(/^Basic /);
    expect(reply.headers['content-type']).toBe('application/json');
  });

  it('is verified by its authority file under both names, and keeps its key to itself', async () => {
    const dispatcher = new Agent({ connect: { ca: readFileSync(array.caFile) } });
    const byName = await request(array.url.replace('127.0.0.1', 'localhost'), { dispatcher });
    expect(byName.statusCode).toBe(401);
    expect(statSync(join(array.dataDir, 'tls', 'server.key')).mode & 0o777).toBe(0o600);
    await dispatcher.close();
  });

  it('lists every resource in the index, with and without the last slash', async () => {
    const index = await array.call('GET', '');
    expect(index.body.resources['system/state']).toEqual({ url: '/system/state' });
    expect((await array.call('GET', '/')).body).toEqual(index.body);
  });

  it('answers an empty labelled DELETE, an unknown id, path and verb', async () => {
    expect((await array.call('DELETE', '/volumes/9999')).status).toBe(404);
    expect((await array.call('GET', '/nonsense')).status).toBe(404);
    expect((await array.call('DELETE', '/volsnaps/1')).status).toBe(405);
    expect((await array.call('POST', '/system/capacity', {})).status).toBe(405);
  });

  it('refuses a client sequence that is not greater than the last', async () => {
    const policy = (name: string) => ({ name, num_snapshots: '1', weeks: '0', days: '0', hours: '0' });
    expect((await array.call('POST', '/retention_policies', policy('seq1'), { 'x-k2-sequence': 'a=5' })).status).toBe(
      201,
    );
    expect((await array.call('POST', '/retention_policies', policy('seq2'), { 'x-k2-sequence': 'a=5' })).status).toBe(
      409,
    );
    expect((await array.call('GET', '/retention_policies?name=seq2')).body.total).toBe(0);
  });
});

describe('objects', () => {
  it('provisions by name and finds the same things again', async () => {
    expect(await provision({ ...array, ...CREDENTIALS }, wanted)).toEqual(made);
    expect(made.volumes.map(({ serial }) => serial)).toEqual([
      expect.stringMatching(/^\d{8,10}$/),
      expect.stringMatching(/^\d{8,10}$/),
    ]);
  });

  it('takes numbers and booleans as strings and answers them typed', async () => {
    const group = await array.call('POST', '/volume_groups', {
      name: 'typed',
      quota: '5000000',
      is_dedup: 'True',
      capacityPolicy: 'x',
    });
    expect(group.status).toBe(201);
    expect(group.body).toMatchObject({ name: 'typed', quota: 5_000_000, is_dedup: true, capacity_policy: null });
  });

  it('reads a quota of 0 back as none', async () => {
    expect((await array.call('POST', '/volume_groups', { name: 'unlimited', quota: 0 })).body.quota).toBeNull();
  });

  it('answers a list in its envelope and one object bare', async () => {
    const one = (await array.call('GET', `/volumes/${made.volumes[0]?.id}`)).body;
    const list = (await array.call('GET', '/volumes?name=orders-data')).body;
    expect(list).toEqual({ hits: [one], limit: 100, offset: 0, total: 1 });
  });

  it('counts what belongs to a group and to a host', async () => {
    expect((await array.call('GET', `/volume_groups/${made.volumeGroupId}`)).body).toMatchObject({
      volumes_count: 2,
      snapshots_count: 0,
      mapped_hosts_count: 1,
      volumes_provisioned_capacity: 3_145_728,
    });
    expect((await array.call('GET', `/hosts/${made.hostId}`)).body).toMatchObject({ volumes_count: 2, views_count: 0 });
  });

  it.each([
    ['a duplicate name', 'volume_groups', { name: 'orders', quota: 0 }, 'already exists'],
    ['a missing field', 'volumes', { name: 'nosize' }, 'field volume_group is missing'],
    ['a long name', 'volume_groups', { name: 'x'.repeat(43), quota: 0 }, 'field name is longer than 42'],
    ['a colon in a name', 'volume_groups', { name: 'a:b', quota: 0 }, 'field name'],
    ['a long host name', 'hosts', { name: 'h'.repeat(33), type: 'Linux' }, 'field name is longer than 32'],
    [
      'a reference to nothing',
      'volumes',
      { name: 'v', size: 1, volume_group: { ref: '/volume_groups/999' } },
      'field volume_group',
    ],
    ['an initiator that exists', 'host_iqns', { iqn: 'iqn.2026-01.test:db1' }, 'already exists'],
    ['a word for a number', 'volume_groups', { name: 'n', quota: 'lots' }, 'field quota must be a number'],
  ])('refuses %s with a 400 that says so', async (_case, collection, body, message) => {
    const reply = await array.call('POST', `/${collection}`, body);
    expect(reply).toMatchObject({ status: 400, body: error(message) });
  });

  it('patches what may change and refuses the rest', async () => {
    const id = made.volumes[1]?.id;
    expect((await array.call('PATCH', `/volumes/${id}`, { size: '2097152' })).body.size).toBe(2_097_152);
    expect((await array.call('PATCH', `/volumes/${id}`, { size: 1 })).body).toEqual(error('cannot be made smaller'));
    expect((await array.call('PATCH', `/volume_groups/${made.volumeGroupId}`, { is_dedup: true })).body).toEqual(
      error('is_dedup cannot be changed'),
    );
    const restore = await array.call('PATCH', `/volume_groups/${made.volumeGroupId}`, {
      last_restored_from: { ref: '/snapshots/1' },
    });
    expect(restore).toMatchObject({ status: 400, body: error('field last_restored_from') });
  });
});

describe('filters and pages', () => {
  it.each([
    ['name=orders-data', 1],
    ['name__in=orders-data,orders-wal', 2],
    ['name__neq=CTRL', 2],
    ['name__contains=ders-w', 1],
    ['name__prefix=orders', 2],
    ['name__regexp=^orders-(data|x)$', 1],
    ['size__gte=2097152', 2],
    ['size__lt=2097152', 1],
    ['read_only=False', 3],
    ['volume_group.ref=/volume_groups/2', 2],
    ['volume_group.ref__in=/volume_groups/2,/volume_groups/77', 2],
    ['volume_group=/volume_groups/2', 0],
    ['nosuchfield=1', 0],
    ['name__eq=orders-data', 0],
    ['name__constructor=1', 0],
    ['constructor__neq=1', 0],
    ['nosuchfield__neq=1', 0],
    ['name=', 3],
    ['name__prefix=orders&size__gt=0&id__in=1', 0],
    ['id__in=3', 1],
    ['id__m_eq=3,4', 2],
    ['id__in=%223%22', 1],
    ['size__gt=1048576&size__lte=2097152', 2],
    ['name__contains_some=data,wal', 2],
    ['name__contains_some=data', 1],
    ['read_only=FALSE', 3],
    ['is_thin_clone=true', 0],
    ['volume_group=null', 1],
    ['volume_group.ref=%2Fvolume_groups%2F2', 2],
    ['volume_group.ref__m_eq=/volume_groups/2,/volume_groups/3', 2],
    ['current_stats.ref=/stats/volumes/3', 1],
    ['iscsi_tgt_converted_name=orders-data', 1],
    ['name=orders%2Ddata', 1],
    ['creation_time__gt=0&creation_time__lt=99999999999', 3],
    ['origin=1', 0],
    ['__nosuchmodifier=1', 3],
    ['name__regexp=data', 1],
    ['name__regexp=%5BA-Z%5D%2B', 1],
  ])('volumes?%s finds %i', async (query, total) => {
    const { status, body } = await array.call('GET', `/volumes?${query}`);
    expect({ status, total: body.total }).toEqual({ status: 200, total });
  });

  it('sorts, pages and picks fields', async () => {
    const names = async (query: string) => (await array.call('GET', `/volumes?__fields=name&${query}`)).body.hits;
    expect(await names('__sort=name&__limit=2')).toEqual([{ name: 'CTRL' }, { name: 'orders-data' }]);
    expect(await names('__sort=id&__sort_order=desc&__limit=1&__offset=1')).toEqual([{ name: 'orders-data' }]);
    expect((await array.call('GET', '/volumes?__limit=0')).body).toEqual({ hits: [], limit: 0, offset: 0, total: 3 });
    expect((await array.call('GET', '/volumes?__offset=50')).body).toMatchObject({ hits: [], total: 3 });
    expect((await array.call('GET', '/volumes?__limit=x')).status).toBe(400);
    expect((await array.call('GET', '/volumes?__limit=9999')).body).toMatchObject({ limit: 9999, total: 3 });
    const newestSerial = '__sort=scsi_sn&__sort_order=desc&name__prefix=orders&__limit=1';
    expect(await names(newestSerial)).toEqual([{ name: 'orders-wal' }]);
    expect(await names('__sort_order=desc')).toEqual([
      { name: 'orders-wal' },
      { name: 'orders-data' },
      { name: 'CTRL' },
    ]);
    expect((await array.call('GET', '/volumes/3?__fields=name,size')).body).toEqual({
      name: 'orders-data',
      size: 2_097_152,
    });
  });

  it.each(['(a+)+$', '(a|a)*b', 'a*a*a*a*a*a*a*a*b'])('searches for %s in no time', async (pattern) => {
    const long = { description: 'a'.repeat(1000) };
    expect((await array.call('PATCH', '/volumes/3', long)).status).toBe(200);
    const before = performance.now();
    const found = await array.call('GET', `/volumes?description__regexp=${encodeURIComponent(pattern)}`);
    expect(found.status).toBe(200);
    expect(performance.now() - before).toBeLessThan(2000);
    expect((await array.call('PATCH', '/volumes/3', { description: null })).status).toBe(200);
  });

  it.each(['(', '(a)\\1', '(?=a)', 'a{1000}', 'a'.repeat(501)])('refuses the pattern %s', async (pattern) => {
    const reply = await array.call('GET', `/volumes?name__regexp=${encodeURIComponent(pattern)}`);
    expect(reply).toMatchObject({ status: 400, body: error('regular expression') });
  });
});

describe('dependencies', () => {
  it('refuses to take away what others need, and allows the usual order', async () => {
    const { call } = array;
    const source = { ref: `/volume_groups/${made.volumeGroupId}` };
    const snapshot = (await call('POST', '/snapshots', { short_name: 's', source, retention_policy: RETENTION })).body;
    const view = (
      await call('POST', '/snapshots', {
        short_name: 'w',
        source: { ref: `/snapshots/${snapshot.id}` },
        retention_policy: RETENTION,
        is_exposable: 'true',
      })
    ).body;
    expect([snapshot.name, view.name]).toEqual(['orders:s', 'orders:w']);
    expect((await call('GET', '/snapshots?name=orders:w')).body.total).toBe(1);
    const again = await call('POST', '/snapshots', { short_name: 's', source, retention_policy: RETENTION });
    expect(again).toMatchObject({ status: 400, body: error('already exists') });
    const closed = await call('POST', '/mappings', {
      host: { ref: '/hosts/1' },
      volume: { ref: `/snapshots/${snapshot.id}` },
    });
    expect(closed).toMatchObject({ status: 400, body: error('not exposable') });

    const mapping = (
      await call('POST', '/mappings', { host: { ref: '/hosts/1' }, volume: { ref: `/snapshots/${view.id}` } })
    ).body;
    const disks = (await call('GET', `/volsnaps?snapshot.ref=/snapshots/${view.id}`)).body.hits;
    expect(disks.map((disk: { name: string }) => disk.name)).toEqual(['orders:w:orders-data', 'orders:w:orders-wal']);
    const row = (await call('GET', `/mappings?volume.ref=/volsnaps/${disks[1].id}&host.ref=/hosts/1`)).body.hits[0];
    expect(row).toMatchObject({ lun: 4, host: { ref: '/hosts/1' } });

    const refusals = [
      ['volume_groups/2', 'still has volumes'],
      [`volumes/${made.volumes[0]?.id}`, 'mapped'],
      [`snapshots/${snapshot.id}`, 'still has views'],
      [`snapshots/${view.id}`, 'mapped'],
      ['hosts/1', 'still has mappings'],
      ['retention_policies/3', 'built in'],
      [`mappings/${row.id}`, 'mapping of a view'],
      ['volumes/1', 'internal'],
    ];
    for (const [path, message] of refusals) {
      expect(await call('DELETE', `/${path}`), path).toMatchObject({ status: 400, body: error(message) });
    }
    for (const path of [`mappings/${mapping.id}`, `snapshots/${view.id}`, `snapshots/${snapshot.id}`]) {
      expect(await call('DELETE', `/${path}`), path).toMatchObject({ status: 204, body: undefined });
    }
    expect((await call('GET', '/volsnaps')).body.total).toBe(0);
    expect((await call('GET', '/mappings?parent.ref=/mappings/1')).body.total).toBe(0);
    expect((await call('GET', '/mappings?host.ref=/hosts/1')).body.total).toBe(2);
  });
});
