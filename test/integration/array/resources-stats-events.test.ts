import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;

beforeAll(async () => {
  array = await startedArray();
  const group = (await array.call('POST', '/volume_groups', { name: 'vg', quota: 0 })).body.id;
  for (const name of ['v1', 'v2'])
    await array.call('POST', '/volumes', { name, size: 1024, volume_group: { ref: `/volume_groups/${group}` } });
});

afterAll(async () => {
  await array.stop();
});

const get = async (path: string) => (await array.call('GET', path)).body;
const volume = async (name: string) => (await get(`/volumes?name=${name}`)).hits[0];

describe('statistics', () => {
  it('are a list without pages, one row for each volume', async () => {
    const body = await get('/stats/volumes');
    expect(Object.keys(body).sort()).toEqual(['hits', 'total']);
    expect(body.total).toBe(3);
    expect(body.hits[1]).toEqual({
      volume: { ref: `/volumes/${(await volume('v1')).id}` },
      volume_name: 'v1',
      peer_k2_name: (await get('/system/state')).hits[0].system_name,
      timestamp: expect.any(Number),
      resolution: 5,
      iops_avg: 0,
      iops_max: 0,
      throughput_avg: 0,
      throughput_max: 0,
      latency_inner: 0,
      latency_outer: 0,
    });
  });

  it('are where a volume says they are, a list as well', async () => {
    const { current_stats: stats, id } = await volume('v2');
    expect(stats).toEqual({ ref: `/stats/volumes/${id}` });
    expect(await get(stats.ref)).toMatchObject({ total: 1, hits: [{ volume_name: 'v2' }] });
    expect((await array.call('GET', '/stats/volumes/999')).status).toBe(404);
    expect((await array.call('POST', '/stats/volumes', {})).status).toBe(405);
    expect((await array.call('DELETE', stats.ref)).status).toBe(405);
  });

  it('come apart by direction and block size', async () => {
    const id = (await volume('v1')).id;
    const directions = (await get(`/stats/volumes/${id}?__rw_breakdown=True`)).hits;
    expect(directions.map((row: { rw: string }) => row.rw)).toEqual(['r', 'w']);
    expect(Object.keys(directions[0])).not.toContain('iops_max');
    const sizes = (await get('/stats/system?__bs_breakdown=true')).hits;
    expect(sizes.map((row: { bs: string }) => row.bs)).toEqual(['lt8k', '8k_64k', '64k_256k', 'gt256k']);
    expect(await get('/stats/volumes?__rw_breakdown=True&__bs_breakdown=True')).toMatchObject({ total: 24 });
  });

  it('give as many points as asked for, up to the newest', async () => {
    const id = (await volume('v1')).id;
    const { hits } = await get(`/stats/volumes/${id}?__datapoints=3&__resolution=5m`);
    const times = hits.map((row: { timestamp: number }) => row.timestamp);
    expect(times.map((time: number) => time - times[0])).toEqual([0, 300, 600]);
    expect(times[2] % 300).toBe(0);
    const since = await get(`/stats/system?__from_time=${times[0]}&__resolution=5m`);
    expect(since.hits.map((row: { timestamp: number }) => row.timestamp).slice(0, 3)).toEqual(times);
    for (const wrong of ['__datapoints=1000', '__datapoints=0', '__resolution=1d', '__from_time=yesterday'])
      expect((await array.call('GET', `/stats/system?${wrong}`)).status, wrong).toBe(400);
  });

  it('are filtered, sorted and cut like other lists', async () => {
    expect(await get('/stats/volumes?volume_name=v2')).toMatchObject({ total: 1 });
    const id = (await volume('v2')).id;
    expect(await get(`/stats/volumes?volume.ref=/volumes/${id}&__datapoints=9`)).toMatchObject({ total: 9 });
    expect(await get('/stats/volumes?nosuchfield=1')).toEqual({ hits: [], total: 0 });
    const sorted = await get('/stats/volumes?__sort=volume_name&__sort_order=desc&__limit=2&__fields=volume_name');
    expect(sorted).toEqual({ hits: [{ volume_name: 'v2' }, { volume_name: 'v1' }], total: 3 });
    expect(await get('/stats/volumes?__limit=1&__offset=2&__fields=volume_name')).toEqual({
      hits: [{ volume_name: 'v2' }],
      total: 3,
    });
    expect(await get('/stats/volumes?__limit=0')).toEqual({ hits: [], total: 3 });
  });
});

describe('events', () => {
  it('tell what was done, to what, by whom and when', async () => {
    const { hits } = await get('/events?name=VG_CREATED');
    expect(hits).toEqual([
      {
        id: 1,
        event_id: 249,
        name: 'VG_CREATED',
        level: 'INFO',
        labels: 'VG, CONFIGURE',
        message: 'volume group vg was created by admin',
        timestamp: expect.any(Number),
        user: 'admin',
      },
    ]);
    expect(await get('/events?event_id__in=%22249%22')).toMatchObject({ hits });
    expect(await get('/events/1')).toEqual(hits[0]);
    expect((await array.call('GET', '/events/0')).status).toBe(404);
    expect((await array.call('DELETE', '/events/1')).status).toBe(405);
  });

  it('are not there for what was refused', async () => {
    const { total } = await get('/events?__limit=0');
    expect((await array.call('POST', '/volume_groups', { name: 'vg', quota: 0 })).status).toBe(400);
    expect((await array.call('DELETE', `/volume_groups/${(await volume('v1')).volume_group.ref}`)).status).toBe(404);
    expect(await get('/events?__limit=0')).toMatchObject({ total });
  });

  it('never show a password', async () => {
    await array.call('POST', '/host_auth_profiles', {
      name: 'chap',
      type: 'CHAP',
      username: 'u',
      password: 'secret-word',
    });
    await array.call('PATCH', '/host_auth_profiles/1', { new_password: 'secret-word' });
    for (const collection of ['events', 'host_auth_profiles', 'hosts'])
      expect(JSON.stringify(await get(`/${collection}?__limit=9999`))).not.toContain('secret-word');
    expect(await get('/host_auth_profiles?password=secret-word')).toMatchObject({ total: 0 });
  });
});
