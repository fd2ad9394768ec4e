import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETENTION } from './array-client.ts';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;

beforeAll(async () => {
  array = await startedArray();
  const group = await made('volume_groups', { name: 'vg', quota: 0 });
  for (const name of ['v1', 'v2']) await made('volumes', { name, size: 1024, volume_group: { ref: group } });
  for (const name of ['h1', 'h2', 'h3']) await made('hosts', { name, type: 'Linux' });
});

afterAll(async () => {
  await array.stop();
});

async function made(collection: string, body: object): Promise<string> {
  const reply = await array.call('POST', `/${collection}`, body);
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
  return `/${collection}/${reply.body.id}`;
}

async function pathOf(collection: string, name: string): Promise<string> {
  const { hits } = (await array.call('GET', `/${collection}?name=${name}`)).body;
  return `/${collection}/${hits[0].id}`;
}

const refused = (text: string) => ({ status: 400, body: { error_msg: expect.stringContaining(text) } });

const map = async (host: string, volume: string): Promise<string> =>
  made('mappings', { host: { ref: host }, volume: { ref: volume } });

const joins = async (host: string, group: string | null) =>
  array.call('PATCH', host, { host_group: group === null ? null : { ref: group } });

/** Ids of the disks in a host's device root. */
const disks = (host: string, of = array): readonly number[] =>
  readdirSync(join(of.dataDir, 'hosts', host))
    .map((serial) =>
      Number(
        readlinkSync(join(of.dataDir, 'hosts', host, serial))
          .split('/')
          .at(-1),
      ),
    )
    .sort((left, right) => left - right);

describe('a host group', () => {
  it('gives each of its hosts what is mapped to it, whichever comes first', async () => {
    const [v1, v2] = [await pathOf('volumes', 'v1'), await pathOf('volumes', 'v2')];
    const ids = [v1, v2].map((path) => Number(path.split('/').at(-1)));
    const [h1, h2] = [await pathOf('hosts', 'h1'), await pathOf('hosts', 'h2')];
    const group = await made('host_groups', { name: 'hg' });
    const first = await map(group, v1);
    expect((await joins(h1, group)).body).toMatchObject({ is_part_of_group: true, volumes_count: 1 });
    expect(disks('h1')).toEqual([ids[0]]);
    expect((await joins(h2, group)).status).toBe(200);
    const second = await map(group, v2);
    expect((await array.call('GET', second)).body).toMatchObject({ lun: 2, host: { ref: group } });
    expect([disks('h1'), disks('h2')]).toEqual([ids, ids]);
    expect((await array.call('GET', group)).body).toMatchObject({ hosts_count: 2, volumes_count: 2, views_count: 0 });
    expect((await array.call('GET', await pathOf('volume_groups', 'vg'))).body.mapped_hosts_count).toBe(2);

    array = await array.restart();
    expect([disks('h1'), disks('h2')]).toEqual([ids, ids]);

    expect((await array.call('DELETE', first)).status).toBe(204);
    expect([disks('h1'), disks('h2')]).toEqual([[ids[1]], [ids[1]]]);
    expect((await joins(h2, null)).body).toMatchObject({ host_group: null, volumes_count: 0 });
    expect([disks('h1'), disks('h2')]).toEqual([[ids[1]], []]);

    expect(await array.call('DELETE', group)).toMatchObject(refused('host group hg still has hosts'));
    expect((await array.call('DELETE', h1)).status).toBe(204);
    expect(readdirSync(join(array.dataDir, 'hosts'))).toEqual(['h2', 'h3']);
    expect(await array.call('DELETE', group)).toMatchObject(refused('host group hg still has mappings'));
    expect((await array.call('DELETE', second)).status).toBe(204);
    expect((await array.call('DELETE', group)).status).toBe(204);
  });

  it('gives a host that is made in it what is mapped to it, views too', async () => {
    const group = await made('host_groups', { name: 'views' });
    const source = { ref: await pathOf('volume_groups', 'vg') };
    const snapshot = await made('snapshots', { short_name: 's', source, retention_policy: RETENTION });
    const view = await made('snapshots', {
      short_name: 'w',
      source: { ref: snapshot },
      retention_policy: RETENTION,
      is_exposable: true,
    });
    const mapping = await map(group, view);
    const host = await made('hosts', { name: 'h4', type: 'Linux', host_group: { ref: group } });
    expect((await array.call('GET', host)).body).toMatchObject({ views_count: 1, volumes_count: 0 });
    const volsnaps = (await array.call('GET', `/volsnaps?snapshot.ref=${view}`)).body.hits;
    expect(disks('h4')).toEqual(volsnaps.map(({ id }: { id: number }) => id));
    expect(await array.call('PATCH', host, { name: 'h5' })).toMatchObject(refused('field name'));
    expect((await array.call('DELETE', mapping)).status).toBe(204);
    expect(disks('h4')).toEqual([]);
    expect((await array.call('PATCH', host, { name: 'h5' })).status).toBe(200);
    for (const path of [host, group, view, snapshot]) expect((await array.call('DELETE', path)).status).toBe(204);
  });

  it('takes no host with mappings of its own, and no mapping to a host in it', async () => {
    const [host, volume] = [await pathOf('hosts', 'h2'), await pathOf('volumes', 'v1')];
    const group = await made('host_groups', { name: 'strict' });
    const mapping = await map(host, volume);
    expect(await joins(host, group)).toMatchObject(refused('host h2 still has mappings of its own'));
    expect((await array.call('DELETE', mapping)).status).toBe(204);
    expect((await joins(host, group)).status).toBe(200);
    const own = await array.call('POST', '/mappings', { host: { ref: host }, volume: { ref: volume } });
    expect(own).toMatchObject(refused('host h2 is in a host group'));
    const twice = { host: { ref: group }, volume: { ref: volume }, lun: 7 };
    expect((await array.call('POST', '/mappings', twice)).body.lun).toBe(7);
    expect(await array.call('POST', '/mappings', twice)).toMatchObject(refused('already exists'));
    const sameLun = { ...twice, volume: { ref: await pathOf('volumes', 'v2') } };
    expect(await array.call('POST', '/mappings', sameLun)).toMatchObject(refused('lun 7'));
    const other = (await array.call('POST', '/mappings', { ...sameLun, lun: null })).body;
    expect(other.lun).toBe(1);
    expect(await array.call('PATCH', `/mappings/${other.id}`, { lun: 7 })).toMatchObject(refused('lun 7'));
  });

  it('takes hosts of one type unless it is told otherwise', async () => {
    const group = await made('host_groups', { name: 'mixed' });
    expect((await joins(await pathOf('hosts', 'h3'), group)).status).toBe(200);
    const windows = { name: 'win', type: 'Windows', host_group: { ref: group } };
    expect(await array.call('POST', '/hosts', windows)).toMatchObject(refused('host group mixed takes no hosts'));
    expect((await array.call('PATCH', group, { allow_different_host_types: true })).status).toBe(200);
    await made('hosts', windows);
    expect(await array.call('PATCH', group, { allow_different_host_types: 'false' })).toMatchObject(
      refused('field allow_different_host_types'),
    );
  });

  it('is not needed to map several disks to a host at once', async () => {
    const group = await made('volume_groups', { name: 'many', quota: 0 });
    const host = await made('hosts', { name: 'many', type: 'Linux' });
    const volumes = await Promise.all(
      ['m1', 'm2', 'm3', 'm4'].map((name) => made('volumes', { name, size: 1, volume_group: { ref: group } })),
    );
    await Promise.all(volumes.map((volume) => map(host, volume)));
    const { hits } = (await array.call('GET', `/mappings?host.ref=${host}&__sort=lun`)).body;
    expect(hits.map(({ lun }: { lun: number }) => lun)).toEqual([1, 2, 3, 4]);
    expect(disks('many')).toHaveLength(4);
  });

  it('never misses a disk when joining and mapping happen at once', async () => {
    const group = await made('host_groups', { name: 'busy' });
    const volume = await pathOf('volumes', 'v1');
    const names = ['b1', 'b2', 'b3', 'b4'];
    const hosts = await Promise.all(names.map((name) => made('hosts', { name, type: 'Linux' })));
    const mapping = { host: { ref: group }, volume: { ref: volume } };
    const replies = await Promise.all([
      ...hosts.map((host) => joins(host, group)),
      array.call('POST', '/mappings', mapping),
    ]);
    for (const reply of replies) {
      if (reply.status >= 300) expect(reply).toMatchObject(refused('MC_ERR_'));
    }
    if (replies.at(-1)?.status !== 201) await made('mappings', mapping);
    for (const host of hosts) await joins(host, group);
    expect(names.map((name) => disks(name))).toEqual(names.map(() => [Number(volume.split('/').at(-1))]));
  });
});
