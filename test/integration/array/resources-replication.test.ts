import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETENTION } from './array-client.ts';
import { startedArray, type StartedArray } from './started-array.ts';

let array: StartedArray;
let group: string;
let peer: string;

async function made(collection: string, body: object): Promise<string> {
  const reply = await array.call('POST', `/${collection}`, body);
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 });
  return `/${collection}/${reply.body.id}`;
}

const get = async (path: string) => (await array.call('GET', path)).body;

const refused = (text: string) => ({ status: 400, body: { error_msg: expect.stringContaining(text) } });

const session = (name: string, of: string, more: object = {}) => ({
  name,
  replication_peer_k2array: { ref: peer },
  local_volume_group: { ref: of },
  rpo: '300',
  retention_policy: { ref: '/retention_policies/4' },
  external_retention_policy: RETENTION,
  ...more,
});

const to = (path: string, state: string) => array.call('PATCH', path, { state });

beforeAll(async () => {
  array = await startedArray();
  group = await made('volume_groups', { name: 'vg', quota: 0 });
  for (const name of ['v1', 'v2']) await made('volumes', { name, size: 1024, volume_group: { ref: group } });
  peer = await made('replication/peer_k2arrays', {
    name: 'peer',
    mgmt_host: '172.16.50.9',
    username: 'u',
    password: 'p',
    local_username: 'u',
    local_password: 'p',
  });
});

afterAll(async () => {
  await array.stop();
});

describe('a replication session', () => {
  let path: string;

  it('brings its group and volumes at the peer, and its group and volumes point to them', async () => {
    path = await made('replication/sessions', session('s', group, { auto_configure_peer_volumes: true }));
    const body = await get(path);
    const history = { ref: path.replace('sessions', 'rpo_history') };
    expect(body).toMatchObject({
      state: 'idle',
      stopped: true,
      current_role: 'source',
      remote_replication_session_name: 'remote_s',
      replication_rpo_history: history,
    });
    const peerGroup = body.replication_peer_volume_group;
    expect(await get(peerGroup.ref)).toMatchObject({
      name: 'vg',
      fullname: 'peer_vg',
      replication_session: { ref: path },
      replication_peer_k2array: { ref: peer },
      local_volume_group: { ref: group },
    });
    expect(await get(group)).toMatchObject({
      replication_session: { ref: path },
      replication_peer_volume_group: peerGroup,
      replication_rpo_history: history,
    });
    const { hits } = await get(`/replication/peer_volumes?replication_session.ref=${path}`);
    expect(hits.map(({ name }: { name: string }) => name)).toEqual(['v1', 'v2']);
    const [volume] = (await get('/volumes?name=v1')).hits;
    expect(volume.replication_peer_volume).toEqual({ ref: `/replication/peer_volumes/${hits[0].id}` });
    expect(hits[0].replication_peer_volume_group).toEqual(peerGroup);
    expect((await get(`/volume_groups?replication_session.ref=${path}`)).total).toBe(1);
    expect(await get(history.ref)).toEqual({ hits: [], total: 0 });
    expect(await get('/replication/rpo_history')).toEqual({ hits: [], total: 0 });
  });

  it('is one for each group and one of a name', async () => {
    const again = await array.call('POST', '/replication/sessions', session('other', group));
    expect(again).toMatchObject(refused('already has a replication session'));
    const second = await made('volume_groups', { name: 'vg2', quota: 0 });
    expect(await array.call('POST', '/replication/sessions', session('s', second))).toMatchObject(
      refused('replication session s already exists'),
    );
    expect((await array.call('DELETE', second)).status).toBe(204);
  });

  it('changes its state by the rules', async () => {
    for (const state of ['suspended', 'failed_over']) expect(await to(path, state)).toMatchObject(refused('idle'));
    expect((await to(path, 'in_sync')).body).toMatchObject({ state: 'in_sync', stopped: false });
    expect(await to(path, 'idle')).toMatchObject(refused('field state cannot become idle'));
    expect(await to(path, 'nonsense')).toMatchObject(refused('field state'));
    expect(await array.call('DELETE', path)).toMatchObject(refused('replication session s is in_sync'));
    expect((await to(path, 'failed_over')).body.state).toBe('failed_over');
    expect((await to(path, 'in_sync')).status).toBe(200);
    expect((await to(path, 'suspended')).body).toMatchObject({ suspend_reason_code: 'user' });
    expect(await array.call('DELETE', path)).toMatchObject(refused('suspended'));
  });

  it('gives a snapshot its source and how long it is kept, which nobody may say beside it', async () => {
    const replicated = { replication_session: { ref: path } };
    const bare = (await array.call('POST', '/snapshots', replicated)).body;
    expect(bare).toMatchObject({
      source: { ref: group },
      retention_policy: { ref: '/retention_policies/4' },
      triggered_by: 'Replication_API',
      short_name: `replicated_${bare.id}`,
      name: `vg:replicated_${bare.id}`,
      is_exist_on_peer: false,
      ...replicated,
    });
    const named = { ...replicated, short_name: 'named', source: { ref: group } };
    const reply = await array.call('POST', '/snapshots', named);
    expect(reply).toMatchObject({ status: 201, body: { name: 'vg:named' } });
    expect(await array.call('POST', '/snapshots', { ...named, retention_policy: RETENTION })).toMatchObject(
      refused('field retention_policy'),
    );
    const other = { ...replicated, source: { ref: `/snapshots/${bare.id}` } };
    expect(await array.call('POST', '/snapshots', other)).toMatchObject(refused('field source'));
    for (const missing of ['short_name', 'source', 'retention_policy']) {
      const whole = { short_name: 'x', source: { ref: group }, retention_policy: RETENTION, [missing]: null };
      expect(await array.call('POST', '/snapshots', whole)).toMatchObject(refused(`field ${missing} is missing`));
    }
  });

  it('is in the way of the removal of what it needs, and leaves nothing behind', async () => {
    const volume = `/volumes/${(await get('/volumes?name=v1')).hits[0].id}`;
    const policy = await made('retention_policies', { name: 'own', num_snapshots: 1, weeks: 0, days: 0, hours: 0 });
    expect((await array.call('PATCH', path, { retention_policy: { ref: policy } })).status).toBe(200);
    const [peerGroup] = (await get('/replication/peer_volume_groups')).hits;
    expect(await array.call('DELETE', `/replication/peer_volume_groups/${peerGroup.id}`)).toMatchObject(
      refused('belongs to a replication session'),
    );
    const renamed = await array.call('PATCH', `/replication/peer_volume_groups/${peerGroup.id}`, { name: 'there' });
    expect(renamed.body).toMatchObject({ name: 'there', fullname: 'peer_there' });
    expect(await array.call('DELETE', peer)).toMatchObject(refused('peer array peer is used by replication sessions'));
    expect(await array.call('DELETE', policy)).toMatchObject(refused('is used by replication sessions'));
    const snapshots = (await get('/snapshots')).hits;
    expect((await array.call('DELETE', `/snapshots/${snapshots[0].id}`)).status).toBe(204);
    expect((await to(path, 'idle')).status).toBe(200);
    expect((await array.call('DELETE', path)).status).toBe(204);
    expect((await get(`/snapshots/${snapshots[1].id}`)).replication_session).toBeNull();
    for (const kind of ['peer_volumes', 'peer_volume_groups'])
      expect((await get(`/replication/${kind}`)).total).toBe(0);
    expect((await get(volume)).replication_peer_volume).toBeNull();
    expect((await get(group)).replication_session).toBeNull();
    for (const gone of [`/snapshots/${snapshots[1].id}`, volume, policy, peer])
      expect((await array.call('DELETE', gone)).status, gone).toBe(204);
  });
});
