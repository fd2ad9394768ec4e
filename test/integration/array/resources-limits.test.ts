import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RETENTION } from './array-client.ts';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
let counter = 0;

beforeAll(async () => {
  array = await startedArray();
});
afterAll(async () => {
  await array.stop();
});
afterEach(async () => {
  await array.call('DELETE', '/__admin/faults');
});

async function made(collection: string, body: object): Promise<string> {
  const reply = await array.call('POST', `/${collection}`, body);
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
  return `/${collection}/${reply.body.id}`;
}

const newGroup = (quota = 0) => made('volume_groups', { name: `g${(counter += 1)}`, quota });
const volume = (group: string, size = 10) => ({ name: `v${(counter += 1)}`, size, volume_group: { ref: group } });
const slowVolumes = () =>
  array.call('POST', '/__admin/faults', { call: 'POST volumes', when: 'during', delay_ms: 50, times: 1000 });
const get = async (path: string) => (await array.call('GET', path)).body;
const refused = (text: string) => ({ status: 400, body: { error_msg: expect.stringContaining(text) } });

describe('volumes that are made at the same time', () => {
  it.each([
    ['32 volumes', 0, 45, 32],
    ['the quota', 100, 20, 10],
  ])('do not get over %s together', async (_what, quota, requests, expected) => {
    const group = await newGroup(quota);
    await slowVolumes();
    const bodies = Array.from({ length: requests }, () => volume(group));
    const replies = await Promise.all(bodies.map((body) => array.call('POST', '/volumes', body)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(expected);
    expect(replies.filter(({ status }) => status === 400)).toHaveLength(requests - expected);
    expect((await get(group)).volumes_count).toBe(expected);
    if (quota > 0) expect((await get(group)).volumes_provisioned_capacity).toBe(quota);
  });

  it('leave room again when one of them comes to nothing', async () => {
    const group = await newGroup(10);
    await array.call('POST', '/__admin/faults', { array_full: true });
    expect((await array.call('POST', '/volumes', volume(group))).status).toBe(400);
    await array.call('DELETE', '/__admin/faults');
    await made('volumes', volume(group));
  });

  it('count for those that move in', async () => {
    const [group, other] = [await newGroup(10), await newGroup()];
    const path = await made('volumes', volume(other));
    await slowVolumes();
    const making = made('volumes', volume(group));
    await eventually(async () => ((await get('/__admin/faults')).hits[0].fired === 1 ? true : undefined));
    expect(await array.call('PATCH', path, { volume_group: { ref: group } })).toMatchObject(refused('quota'));
    await making;
  });
});

describe('a group at its quota', () => {
  it('can still be described, renamed and sent back whole, and so can its volumes', async () => {
    const group = await newGroup(20);
    const path = await made('volumes', volume(group, 20));
    for (const object of [group, path]) {
      expect((await array.call('PATCH', object, { description: 'full' })).status).toBe(200);
      expect((await array.call('PATCH', object, await get(object))).status).toBe(200);
    }
    expect(await array.call('PATCH', path, { size: 21 })).toMatchObject(refused('quota'));
    expect(await array.call('PATCH', group, { quota: 19 })).toMatchObject(refused('quota'));
  });
});

describe('a group that is being restored', () => {
  it('takes no volume from another group meanwhile, and says once why', async () => {
    const [group, other] = [await newGroup(), await newGroup()];
    await made('volumes', volume(group));
    const path = await made('volumes', volume(other));
    const snapshot = await made('snapshots', {
      ...{ short_name: 's', source: { ref: group }, retention_policy: RETENTION },
    });
    await array.call('POST', '/__admin/faults', { call: 'PATCH volume_groups', when: 'during', delay_ms: 1000 });
    const restoring = array.call('PATCH', group, { last_restored_from: { ref: snapshot } });
    await eventually(async () => ((await get('/__admin/faults')).hits[0].fired === 1 ? true : undefined));
    const moved = await array.call('PATCH', path, { volume_group: { ref: group } });
    expect(moved).toMatchObject(refused('MC_ERR_BUSY'));
    expect((await restoring).status).toBe(200);
    expect((await array.call('PATCH', path, { volume_group: { ref: group } })).status).toBe(200);
  });

  it('is busy with one word', async () => {
    await slowVolumes();
    const body = volume(await newGroup());
    const replies = await Promise.all([array.call('POST', '/volumes', body), array.call('POST', '/volumes', body)]);
    const [lost] = replies.filter(({ status }) => status !== 201);
    expect(lost?.body.error_msg).toMatch(/^MC_ERR_INPROGRESS: /);
  });
});
