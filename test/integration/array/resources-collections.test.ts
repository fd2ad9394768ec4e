import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../local/array/resources/table.ts';
import { RETENTION } from './array-client.ts';
import { RESOURCE_CASES, type Given, type ResourceCase } from './resource-cases.ts';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
let given: Given;

async function made(collection: string, body: object): Promise<string> {
  const reply = await array.call('POST', `/${collection}`, body);
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
  return `/${collection}/${reply.body.id}`;
}

async function makeGiven(): Promise<Given> {
  const group = await made('volume_groups', { name: 'given-group', quota: 0 });
  const replicated = await made('volume_groups', { name: 'replicated', quota: 0 });
  const volume = await made('volumes', { name: 'given-volume', size: 1_048_576, volume_group: { ref: group } });
  const host = await made('hosts', { name: 'given-host', type: 'Linux' });
  const hostGroup = await made('host_groups', { name: 'given-hosts' });
  const policy = await made('retention_policies', { name: 'given', num_snapshots: 1, weeks: 0, days: 0, hours: 0 });
  await made('host_auth_profiles', { name: 'given-profile', type: 'CHAP', username: 'u', password: 'p' });
  const peer = await made('replication/peer_k2arrays', {
    name: 'given-peer',
    mgmt_host: '172.16.50.9',
    username: 'u',
    password: 'p',
    local_username: 'u',
    local_password: 'p',
  });
  const scheduler = await made('snapshot_scheduler', {
    scheduler_name: 'given',
    time_criteria: '00m:01h:00d',
    retention_policy: RETENTION,
  });
  const session = await made('replication/sessions', {
    name: 'given-session',
    replication_peer_k2array: { ref: peer },
    local_volume_group: { ref: replicated },
    rpo: 300,
    retention_policy: RETENTION,
    external_retention_policy: RETENTION,
  });
  return { group, volume, host, hostGroup, policy, peer, session, scheduler, netPort: '/system/net_ports/1' };
}

beforeAll(async () => {
  array = await startedArray();
  given = await makeGiven();
});

afterAll(async () => {
  await array.stop();
});

const definitionOf = (collection: string) => RESOURCES.find((resource) => resource.collection === collection);

const requiredFields = (collection: string): readonly string[] =>
  Object.entries(definitionOf(collection)?.fields ?? {}).flatMap(([name, field]) =>
    field.onCreate === 'required' ? [name] : [],
  );

const without = (body: Readonly<Record<string, unknown>>, name: string): object =>
  Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));

/** A peer volume needs a volume of its session's group. */
async function ready(resource: ResourceCase): Promise<Given> {
  if (resource.collection !== 'replication/peer_volumes') return given;
  const group = (await array.call('GET', given.session)).body.local_volume_group;
  return { ...given, volume: await made('volumes', { name: 'replicated-volume', size: 1, volume_group: group }) };
}

describe.each(RESOURCE_CASES.map((resource) => [resource.collection, resource] as const))('%s', (_name, resource) => {
  it('lives as the contract says: made, read, changed, found, removed, each with its event', async () => {
    const refs = await ready(resource);
    const body = resource.body(refs);
    for (const name of requiredFields(resource.collection)) {
      const refusal = await array.call('POST', `/${resource.collection}`, without(body, name));
      expect(refusal, name).toMatchObject({ status: 400, body: { error_msg: `field ${name} is missing` } });
    }

    const path = await made(resource.collection, { ...body, some_key_nobody_knows: null });
    const first = (await array.call('GET', path)).body;
    expect(Object.keys(first).sort()).toEqual(['id', ...resource.fields.split(/\s+/)].sort());
    expect(first).toMatchObject({ ...JSON.parse(JSON.stringify({ ...body, ...resource.reads })) });
    expect(Object.keys(first)).not.toContain('password');

    for (const [sent, read = sent] of resource.patches(refs)) {
      const patched = await array.call('PATCH', path, sent);
      expect(patched, JSON.stringify(sent)).toMatchObject({ status: 200, body: read });
      expect((await array.call('GET', path)).body).toEqual(patched.body);
    }

    const found = await array.call('GET', `/${resource.collection}?${resource.filter}`);
    const last = (await array.call('GET', path)).body;
    expect(found).toMatchObject({ status: 200, body: { total: 1, hits: [last] } });

    expect(await array.call('DELETE', path)).toMatchObject({ status: 204, body: undefined });
    expect((await array.call('GET', path)).status).toBe(404);
    const events = (await array.call('GET', `/events?name__prefix=${resource.event}_&__sort=id`)).body.hits;
    const names = events.map((event: { name: string }) => event.name.slice(resource.event.length + 1));
    expect(names.at(-1)).toBe('DELETED');
    expect(names).toContain('CREATED');
    expect(names.includes('MODIFIED')).toBe(resource.patches(refs).length > 0);
  });
});

const READ_ONLY: readonly (readonly [collection: string, fields: string])[] = [
  [
    'system/capacity',
    `total free allocated physical logical provisioned provisioned_volumes provisioned_snapshots provisioned_views
    allocated_volumes allocated_snapshots_and_views reserved curr_dt_chunk is_reclamation_in_progress state`,
  ],
  [
    'system/servers',
    `name display_name contained_in fru_type is_fru is_expansion_in_progress is_phased_out is_phasing_in ndu_state
    status`,
  ],
  [
    'system/net_ports',
    `name server contained_in port_type auto_negotiation flow_control is_fru link_state speed_state mac_addr mtu`,
  ],
  ['events', 'event_id name level labels message timestamp user'],
  [
    'replication/peer_volume_groups',
    `name fullname local_volume_group replication_peer_k2array replication_session replication_session_id
    remote_volume_group_id capacity_state logical_capacity volumes_logical_capacity snapshots_logical_capacity`,
  ],
];

describe('collections that clients do not make objects of', () => {
  it.each(READ_ONLY)('%s has every field', async (collection, fields) => {
    const { body } = await array.call('GET', `/${collection}?__limit=1`);
    expect(Object.keys(body.hits[0]).sort()).toEqual(['id', ...fields.split(/\s+/)].sort());
    const one = (await array.call('GET', `/${collection}/${body.hits[0].id}`)).body;
    expect(Object.keys(one)).toEqual(Object.keys(body.hits[0]));
    expect((await array.call('POST', `/${collection}`, {})).status).toBe(405);
  });

  it.each(['events/targets', 'events/target_filters', 'system/fc_ports'])('%s is an empty list', async (collection) => {
    expect((await array.call('GET', `/${collection}`)).body).toEqual({ hits: [], limit: 100, offset: 0, total: 0 });
    expect((await array.call('POST', `/${collection}`, {})).status).toBe(405);
  });

  it('answers volsnaps with every field, under the group, the snapshot and the volume', async () => {
    const snapshot = await made('snapshots', {
      short_name: 'fields',
      source: { ref: given.group },
      retention_policy: RETENTION,
    });
    const { body } = await array.call('GET', `/volsnaps?snapshot.ref=${encodeURIComponent(snapshot)}`);
    const fields = `id name short_name snapshot source base_volume size scsi_sn scsi_suffix is_exposable is_deleted
      creation_time iscsi_tgt_converted_name`;
    expect(Object.keys(body.hits[0]).sort()).toEqual(fields.split(/\s+/).sort());
    expect(body.hits[0]).toMatchObject({ name: 'given-group:fields:given-volume', base_volume: { ref: given.volume } });
    const byOldName = await array.call('GET', `/volsnaps?base_volume.ref=${given.volume}&size=1048576`);
    expect(byOldName.body).toMatchObject({ total: 1, hits: body.hits });
    for (const method of ['PATCH', 'DELETE'] as const)
      expect((await array.call(method, `/volsnaps/${body.hits[0].id}`, {})).status).toBe(405);
    expect((await array.call('DELETE', snapshot)).status).toBe(204);
  });

  it('has an address that is no WAN port, for clients that look for the portal', async () => {
    const { hits } = (await array.call('GET', '/system/net_ips?wan_port=null')).body;
    expect(hits[0]).toMatchObject({ ip_address: '127.0.0.1', net_port: { ref: '/system/net_ports/1' } });
  });

  it('names every collection that a ref of any object points into in its index', async () => {
    const { resources } = (await array.call('GET', '')).body;
    const refs = new Set<string>();
    for (const collection of Object.keys(resources)) {
      const { body } = await array.call('GET', `/${collection}?__limit=9999`);
      for (const [, path] of JSON.stringify(body.hits).matchAll(/"ref":"\/([^"]+)\/\d+"/g)) refs.add(path ?? '');
    }
    expect([...refs].filter((path) => !(path in resources))).toEqual([]);
    expect([...refs]).toEqual(expect.arrayContaining(['stats/volumes', 'replication/sessions', 'system/servers']));
  });
});

describe('system objects', () => {
  it('tells the state with the role of who asks, and changes the name', async () => {
    const fields = `id rest_api_version system_version system_name system_id state next_state current_user_role
      iscsi_qualified_target_name system_connectivity_type system_time system_tz system_tz_short last_online_time
      is_system_functionality_degraded replication_protocol_version replication_min_protocol_version
      replication_default_target_exposure sra_protocol_version`;
    const [state] = (await array.call('GET', '/system/state')).body.hits;
    expect(Object.keys(state).sort()).toEqual(fields.split(/\s+/).sort());
    expect(state).toMatchObject({ id: 1, rest_api_version: '2.2.0', state: 'ONLINE', current_user_role: 'root' });
    const renamed = { system_name: 'renamed', replication_default_target_exposure: 'Read Only' };
    expect(await array.call('PATCH', '/system/state/1', renamed)).toMatchObject({ status: 200, body: renamed });
    expect((await array.call('DELETE', '/system/state/1')).status).toBe(405);
  });

  it('takes orders that leave nothing behind but an event', async () => {
    for (const [order, name] of [
      ['send_test_event', 'TEST_EVENT'],
      ['send_callhome', 'CALLHOME_REQUESTED'],
    ] as const) {
      const reply = await array.call('PATCH', '/system/state/1', { [order]: 'true' });
      expect(reply.status).toBe(200);
      expect(Object.keys(reply.body)).not.toContain(order);
      const [event] = (await array.call('GET', `/events?name=${name}`)).body.hits;
      expect(event).toMatchObject({ name, user: 'admin', level: 'INFO' });
    }
  });

  it('keeps a capacity policy that cannot be removed, and resets it', async () => {
    const path = '/system/capacity_policy/1';
    const factory = {
      id: 1,
      warning_threshold: 80,
      error_threshold: 90,
      critical_threshold: 96,
      full_threshold: 100,
      num_snapshots: 3,
    };
    expect((await array.call('GET', path)).body).toEqual(factory);
    const changed = { warning_threshold: '50', num_snapshots: '5' };
    expect((await array.call('PATCH', path, changed)).body).toEqual({
      ...factory,
      warning_threshold: 50,
      num_snapshots: 5,
    });
    expect(await array.call('PATCH', path, { error_threshold: 40 })).toMatchObject({
      status: 400,
      body: { error_msg: expect.stringContaining('error_threshold') },
    });
    expect((await array.call('PATCH', path, { reset_to_factory_defaults: 'true' })).body).toEqual(factory);
    expect((await array.call('DELETE', path)).status).toBe(405);
  });

  it('keeps name servers, which a client changes without an id', async () => {
    const reply = await array.call('PATCH', '/system/partial_system_parameters', { dns_server1: '10.0.0.53' });
    const body = { id: 1, dns_server1: '10.0.0.53', dns_server2: null, dns_server3: null };
    expect(reply).toMatchObject({ status: 200, body });
    expect((await array.call('PATCH', '/system/partial_system_parameters', { dns_server1: 'x' })).status).toBe(400);
    expect((await array.call('PATCH', '/volumes', { name: 'x' })).status).toBe(405);
  });
});
