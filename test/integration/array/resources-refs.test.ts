import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETENTION } from './array-client.ts';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;

async function made(collection: string, body: object): Promise<number> {
  const reply = await array.call('POST', `/${collection}`, body);
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
  return reply.body.id;
}

beforeAll(async () => {
  array = await startedArray();
  await made('volume_groups', { name: 'vg', quota: 0 });
});
afterAll(async () => {
  await array.stop();
});

/** The same object, as no link of the array's own says it. */
const odd = (collection: string, id: number) => ({ ref: `/${collection}/00${id}` });

describe('a ref with another spelling of the id', () => {
  it('is kept as the array says it, so that nothing depends on the spelling', async () => {
    const volume = await made('volumes', { name: 'v', size: 1, volume_group: odd('volume_groups', 2) });
    expect((await array.call('GET', `/volumes/${volume}`)).body.volume_group).toEqual({ ref: '/volume_groups/2' });
    expect((await array.call('GET', '/volume_groups/2')).body.volumes_count).toBe(1);
    expect(await array.call('DELETE', '/volume_groups/2')).toMatchObject({ status: 400 });
    const snapshot = await made('snapshots', {
      ...{ short_name: 's', source: odd('volume_groups', 2), retention_policy: odd('retention_policies', 3) },
    });
    expect((await array.call('GET', `/snapshots/${snapshot}`)).body).toMatchObject({
      ...{
        source: { ref: '/volume_groups/2' },
        volume_group: { ref: '/volume_groups/2' },
        retention_policy: RETENTION,
      },
    });
    const restore = { last_restored_from: odd('snapshots', snapshot) };
    expect((await array.call('PATCH', '/volume_groups/2', restore)).body.last_restored_from).toEqual({
      ref: `/snapshots/${snapshot}`,
    });
  });

  it('maps nothing twice and takes no lun twice, on host groups too', async () => {
    const group = await made('host_groups', { name: 'hg' });
    const host = await made('hosts', { name: 'h', type: 'Linux', host_group: odd('host_groups', group) });
    const { hits } = (await array.call('GET', '/volumes?name=v')).body;
    const volume = { ref: `/volumes/${hits[0].id}` };
    await made('mappings', { host: odd('host_groups', group), volume, lun: 1 });
    const again = { host: { ref: `/host_groups/${group}` }, volume: odd('volumes', hits[0].id) };
    expect(await array.call('POST', '/mappings', again)).toMatchObject({ status: 400 });
    const other = await made('volumes', { name: 'v2', size: 1, volume_group: { ref: '/volume_groups/2' } });
    const taken = { host: odd('host_groups', group), volume: odd('volumes', other), lun: 1 };
    expect(await array.call('POST', '/mappings', taken)).toMatchObject({ status: 400 });
    expect((await array.call('GET', `/hosts/${host}`)).body.volumes_count).toBe(1);
  });
});
