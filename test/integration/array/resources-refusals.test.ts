import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
const paths = new Map<string, string>();

/** Makes an object and remembers its path under a word. */
async function make(word: string, collection: string, body: object): Promise<void> {
  const reply = await array.call('POST', `/${collection}`, body);
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
  paths.set(word, `/${collection}/${reply.body.id}`);
}

const at = (word: string): string => paths.get(word) ?? word;
const ref = (word: string) => ({ ref: at(word) });
const none = { num_snapshots: 0, weeks: 0, days: 0, hours: 0 };
const thresholds = {
  warning_threshold: 1,
  error_threshold: 2,
  critical_threshold: 3,
  snapshot_overhead_threshold: 4,
};

beforeAll(async () => {
  array = await startedArray();
  await make('policy', 'retention_policies', { name: 'kept', ...none });
  await make('capacity', 'vg_capacity_policies', { name: 'space', ...thresholds });
  await make('group', 'volume_groups', { name: 'vg', quota: 4096, capacity_policy: ref('capacity') });
  await make('other group', 'volume_groups', { name: 'vg2', quota: 0 });
  await make('volume', 'volumes', { name: 'v', size: 1024, volume_group: ref('group') });
  await make('mapped', 'volumes', { name: 'm', size: 1024, volume_group: ref('group') });
  await make('host', 'hosts', { name: 'h', type: 'Linux', map_auth_profiles_names: '' });
  await make('snapshot', 'snapshots', { short_name: 's', source: ref('group'), retention_policy: ref('policy') });
  const ofSnapshot = { source: ref('snapshot'), retention_policy: ref('policy'), is_exposable: true };
  await make('view', 'snapshots', { short_name: 'w', ...ofSnapshot });
  await make('snapshot of the view', 'snapshots', {
    short_name: 'ws',
    source: ref('view'),
    retention_policy: ref('policy'),
  });
  await make('snapshot with a clone', 'snapshots', {
    short_name: 'cs',
    source: ref('group'),
    retention_policy: ref('policy'),
  });
  await make('clone', 'volumes', {
    name: 'clone',
    volume_group: ref('group'),
    source_volume: ref('volume'),
    source_snapshot: ref('snapshot with a clone'),
    is_thin_clone: 'true',
  });
  await make('mapping', 'mappings', { host: ref('host'), volume: ref('mapped') });
  await make('view mapping', 'mappings', { host: ref('host'), volume: ref('view') });
  await make('other host', 'hosts', { name: 'h2', type: 'Linux' });
  await make('replicated', 'volumes', { name: 'r', size: 1, volume_group: ref('group') });
  await make('peer', 'replication/peer_k2arrays', {
    ...{ name: 'peer', mgmt_host: 'p', username: 'u', password: 'p', local_username: 'u', local_password: 'p' },
  });
  await make('session', 'replication/sessions', {
    ...{ name: 'session', replication_peer_k2array: ref('peer'), local_volume_group: ref('group'), rpo: 60 },
    ...{ retention_policy: ref('policy'), external_retention_policy: ref('policy') },
  });
  await make('peer volume', 'replication/peer_volumes', {
    ...{ name: 'r', local_volume: ref('replicated'), replication_session: ref('session') },
  });
  await make('profile', 'host_auth_profiles', { name: 'chap', type: 'CHAP', username: 'u', password: 'p' });
  await array.call('PATCH', at('host'), { map_auth_profiles_names: 'chap' });
  await make('scheduler', 'snapshot_scheduler', {
    scheduler_name: 'nightly',
    time_criteria: '0m:0h:1d',
    retention_policy: ref('policy'),
  });
  await make('scheduling', 'snapshot_scheduler_mapping', {
    snapshot_scheduler: ref('scheduler'),
    volume_group: ref('group'),
  });
});

afterAll(async () => {
  await array.stop();
});

const refused = (text: string) => ({ status: 400, body: { error_msg: expect.stringContaining(text) } });

describe('what is needed is not removed', () => {
  it.each([
    ['group', 'volume group vg still has volumes'],
    ['mapped', 'volume m is mapped to a host'],
    ['volume', 'volume v is still held by a snapshot'],
    ['snapshot', 'snapshot s still has views'],
    ['view', 'snapshot w is mapped to a host'],
    ['snapshot with a clone', 'snapshot cs still has thin clones'],
    ['host', 'host h still has mappings'],
    ['policy', 'retention policy kept is used by snapshots'],
    ['/retention_policies/1', 'retention policy CDP is built in'],
    ['capacity', 'capacity policy space is used by volume groups'],
    ['/vg_capacity_policies/1', 'capacity policy default_vg_capacity_policy is built in'],
    ['profile', 'authentication profile chap is used by hosts'],
    ['scheduler', 'snapshot scheduler nightly is used by volume groups'],
    ['/volumes/1', 'volume CTRL is internal'],
  ])('%s', async (word, message) => {
    expect(await array.call('DELETE', at(word))).toMatchObject(refused(message));
    expect((await array.call('GET', at(word))).status).toBe(200);
  });
});

describe('what does not fit is not changed', () => {
  it.each([
    ['group', { quota: 100 }, 'field quota'],
    ['group', { name: 'vg2' }, 'volume group vg2 already exists'],
    ['group', { is_dedup: true }, 'field is_dedup cannot be changed'],
    ['volume', { size: 512 }, 'field size cannot be made smaller'],
    ['volume', { size: 2 ** 36 + 1 }, 'field size must be at most'],
    ['group', { quota: 2 ** 41 + 1 }, 'field quota must be at most'],
    ['/volumes/1', { volume_group: { ref: '/volume_groups/2' } }, 'volume CTRL is internal'],
    ['/volumes/1', { description: 'mine' }, 'volume CTRL is internal'],
    ['replicated', { volume_group: { ref: '/volume_groups/3' } }, 'while the volume is replicated'],
    ['volume', { size: 1_000_000 }, 'the quota of the volume group is exceeded'],
    ['volume', { volume_group: { ref: '/volume_groups/999' } }, 'field volume_group'],
    ['snapshot', { short_name: 'w' }, 'snapshot w already exists'],
    ['snapshot', { source: { ref: '/volume_groups/999' } }, 'field source'],
    ['host', { name: 'x' }, 'field name cannot be changed'],
    ['host', { connectivity_type: 'FC' }, 'field connectivity_type cannot be changed'],
    ['host', { map_auth_profiles_names: 'nobody' }, 'nobody'],
    ['mapping', { lun: 0 }, 'field lun must be at least 1'],
    ['mapping', { lun: null }, 'field lun must have a value'],
    ['mapping', { lun: 255 }, 'field lun must be at most 254'],
    ['mapping', { lun: 2 }, 'lun 2'],
    ['view mapping', { lun: 9 }, 'field lun'],
    ['view mapping', { host: { ref: '/hosts/2' } }, 'field host cannot be changed for a view'],
    ['scheduler', { time_criteria: '0m:0h:0d' }, 'field time_criteria'],
    ['scheduler', { time_criteria: 'daily' }, 'field time_criteria'],
    ['capacity', { error_threshold: 0 }, 'error_threshold'],
    ['capacity', { full_threshold: 101 }, 'field full_threshold'],
    ['profile', { name: 'other' }, 'field name cannot be changed'],
  ])('%s %j', async (word, change, message) => {
    const before = (await array.call('GET', at(word))).body;
    expect(await array.call('PATCH', at(word), change)).toMatchObject(refused(message));
    expect((await array.call('GET', at(word))).body).toEqual(before);
  });
});

describe('what cannot be is not made', () => {
  it.each([
    ['volumes', { name: 'v', size: 1, volume_group: { ref: '/volume_groups/3' } }, 'volume v already exists'],
    ['volumes', { name: 'huge', size: 2 ** 36 + 1, volume_group: { ref: '/volume_groups/3' } }, 'field size'],
    ['volume_groups', { name: 'huge', quota: 2 ** 41 + 1 }, 'field quota'],
    [
      'volumes',
      { name: 'c', size: 1, volume_group: { ref: '/volume_groups/3' }, source_volume: { ref: '/volumes/4' } },
      'field source_volume is for thin clones',
    ],
    ['volumes', { name: 'big', size: 9999, volume_group: { ref: '/volume_groups/2' } }, 'quota'],
    ['volumes', { name: 'x'.repeat(43), size: 1, volume_group: { ref: '/volume_groups/2' } }, 'field name is longer'],
    ['host_fc_ports', { pwwn: '1234' }, 'field pwwn'],
    ['host_nqns', { nqn: 'iqn.2026-01.test:x' }, 'field nqn'],
    ['host_auth_profiles', { name: 'x', type: 'PAP', username: 'u', password: 'p' }, 'field type'],
    [
      'static_routes',
      { gateway_ip: '1.2.3.256', destination_subnet_ip: '1.2.3.0', destination_subnet_mask: '255.0.0.0' },
      'field gateway_ip',
    ],
    [
      'snapshots',
      { short_name: 'e', source: { ref: '/volume_groups/3' }, retention_policy: { ref: '/retention_policies/1' } },
      'no volumes',
    ],
    ['mappings', { host: { ref: '/hosts/1' }, volume: { ref: '/snapshots/999' } }, 'field volume'],
    ['mappings', { host: { ref: '/hosts/1' }, volume: { ref: '/volumes/1' } }, 'internal volume'],
  ])('%s %j', async (collection, body, message) => {
    expect(await array.call('POST', `/${collection}`, body)).toMatchObject(refused(message));
  });
});

describe('tear down', () => {
  it('goes in the order of the clients, each step at once', async () => {
    const clone = (await array.call('GET', at('clone'))).body;
    expect(clone).toMatchObject({ is_thin_clone: true, size: 1024, source_snapshot: ref('snapshot with a clone') });
    expect((await array.call('GET', at('snapshot with a clone'))).body.num_of_clones).toBe(1);
    const order = [
      ...[
        'session',
        'peer',
        'replicated',
        'other host',
        'mapping',
        'view mapping',
        'clone',
        'snapshot of the view',
        'view',
        'snapshot',
        'snapshot with a clone',
      ],
      ...['volume', 'mapped', 'group', 'other group', 'host', 'profile', 'scheduler', 'policy', 'capacity'],
    ];
    for (const word of order) expect(await array.call('DELETE', at(word)), word).toMatchObject({ status: 204 });
    expect((await array.call('GET', '/snapshot_scheduler_mapping')).body.total).toBe(0);
  });

  it('lets the snapshot go that a group was restored from', async () => {
    await make('restored', 'volume_groups', { name: 'restored', quota: 0 });
    await make('back', 'volumes', { name: 'back', size: 1, volume_group: ref('restored') });
    await make('earlier', 'snapshots', {
      short_name: 'earlier',
      source: ref('restored'),
      retention_policy: { ref: '/retention_policies/1' },
    });
    const restore = { last_restored_from: ref('earlier') };
    expect(await array.call('PATCH', at('restored'), restore)).toMatchObject({ status: 200, body: restore });
    expect((await array.call('DELETE', at('earlier'))).status).toBe(204);
    for (const word of ['restored', 'back'])
      expect((await array.call('GET', at(word))).body).toMatchObject({ last_restored_from: null });
  });

  it('moves a volume that no snapshot holds into another group, with its size', async () => {
    await make('from', 'volume_groups', { name: 'from', quota: 0 });
    await make('to', 'volume_groups', { name: 'to', quota: 2048 });
    await make('moving', 'volumes', { name: 'moving', size: 2048, volume_group: ref('from') });
    expect((await array.call('PATCH', at('moving'), { volume_group: ref('to') })).body.volume_group).toEqual(ref('to'));
    const sizes = await Promise.all(
      ['from', 'to'].map(async (word) => (await array.call('GET', at(word))).body.volumes_provisioned_capacity),
    );
    expect(sizes).toEqual([0, 2048]);
    await make('more', 'volumes', { name: 'more', size: 1, volume_group: ref('from') });
    expect(await array.call('PATCH', at('more'), { volume_group: ref('to') })).toMatchObject(refused('quota'));
  });
});
