import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiClient, connectApi, logIn } from '../../../local/site/api-client.ts';
import { followTask } from '../../../local/site/tasks.ts';
import { processesOn, startLocal, type StartedProcess } from './started-process.ts';

interface Listed {
  readonly id: string;
  readonly name: string;
}
type Topology = readonly {
  readonly host: { readonly id: string; readonly name: string; readonly is_connected: boolean };
  readonly databases: readonly Listed[];
}[];

/** One story, in order: each part goes on from the state the one before left. */
describe('npm start', () => {
  const admin = { REPRISE_ADMIN_USER: 'operator', REPRISE_ADMIN_PASSWORD: 'known to the test' };
  let parent: string;
  let dataDir: string;
  let site: StartedProcess;
  let anonymous: ApiClient;
  let api: ApiClient;
  let url: string;
  const kept: { snapshotId?: string; databases?: unknown; interrupted?: { location: string } } = {};

  const begin = async (): Promise<void> => {
    site = startLocal('start', ['--port', '0', '--data', dataDir, '--fixture', 'demo'], admin);
    url = (await site.line(/^ready https:\/\/127\.0\.0\.1:\d+$/)).replace('ready ', '');
    anonymous = await connectApi(url, join(dataDir, 'cloud', 'tls', 'ca.pem'));
    api = await logIn(anonymous, admin.REPRISE_ADMIN_USER, admin.REPRISE_ADMIN_PASSWORD);
  };
  const get = async <T>(path: string): Promise<T> => (await api.call('GET', path)).body as T;
  const originals = async (): Promise<unknown> => {
    const topology = await get<Topology>('/api/echo/v1/topology');
    return topology
      .map(({ host, databases }) => [host.id, databases.map(({ id, name }) => `${id} ${name}`).sort()])
      .sort();
  };
  const cloneOf = async (host: string, name: string, destination: string, copy: string) => {
    const database = (await get<readonly Listed[]>(`/api/v1/hosts/${host}/databases`)).find((one) => one.name === name);
    return api.call('POST', '/api/echo/v1/echo_dbs', {
      source_host_id: host,
      destinations: [{ host_id: destination, db_id: database!.id, db_name: copy }],
    });
  };

  beforeAll(async () => {
    parent = await mkdtemp('/tmp/reprise start ');
    await chmod(parent, 0o755);
    dataDir = join(parent, 'data');
    await begin();
  });

  afterAll(async () => {
    site.kill('SIGTERM');
    await site.ended;
    await rm(parent, { recursive: true, force: true });
  });

  it('has every fixture host connected with its databases when it says ready', async () => {
    const topology = await get<Topology>('/api/echo/v1/topology');
    const names = Object.fromEntries(
      topology.map(({ host, databases }) => [host.id, databases.map(({ name }) => name).sort()]),
    );
    expect(names).toEqual({
      sqlprod1: ['customers', 'inventory', 'orders'],
      sqldev1: [],
      pgprod1: ['shop'],
      pgdev1: [],
    });
    expect(topology.every(({ host }) => host.is_connected)).toBe(true);
  });

  it('tells its hosts apart by name too', async () => {
    const ids = ['pgdev1', 'pgprod1', 'sqldev1', 'sqlprod1'];
    const topology = await get<Topology>('/api/echo/v1/topology');
    expect(topology.map(({ host }) => host.name).sort()).toEqual(ids);
    const hosts = await get<readonly { readonly host_name: string }[]>('/api/v1/hosts');
    expect(hosts.map(({ host_name }) => host_name).sort()).toEqual(ids);
  });

  it('lets an original be refreshed from a copy on another host, and deleted; its volume nobody removes', async () => {
    const cloned = await followTask(api, await cloneOf('sqlprod1', 'customers', 'sqldev1', 'customers'), 60_000);
    expect(await get('/api/echo/v1/db_snapshots')).toMatchObject([{ host_name: 'sqlprod1' }]);
    const body = { source_host_id: 'sqldev1', database_ids: [cloned.result!.cloned_dbs![0]!.id] };
    const taken = await followTask(api, await api.call('POST', '/api/echo/v1/db_snapshots', body), 60_000);
    const wanted = { snapshot_id: taken.result!.db_snapshot!.id, db_names: ['customers'] };
    const refreshed = await api.call('POST', '/api/echo/v1/hosts/sqlprod1/databases/_refresh', wanted);
    const [made] = (await followTask(api, refreshed, 60_000)).result!.cloned_dbs!;
    const place = { host_id: 'sqlprod1', database_id: made!.id };
    await followTask(api, await api.call('DELETE', '/api/echo/v1/echo_dbs', place), 60_000);
    const left = await get<readonly Listed[]>('/api/v1/hosts/sqlprod1/databases');
    expect(left.map(({ name }) => name).sort()).toEqual(['inventory', 'orders']);
  });

  it('prints only what people are to read', () => {
    expect(site.stdout()).not.toContain('"level"');
    expect(site.stdout()).not.toContain(admin.REPRISE_ADMIN_PASSWORD);
    expect(site.stderr()).toBe('');
  });

  it('refuses a busy port, in words, and leaves nothing running', async () => {
    const other = join(parent, 'other');
    const second = startLocal('start', ['--port', new URL(url).port, '--data', other]);
    expect(await second.ended).toBe(1);
    expect(second.stderr()).toMatch(/port \d+ of 127\.0\.0\.1 is in use/);
    expect(await processesOn(other)).toEqual([]);
  });

  it('is killed while one clone is done and another is under way', async () => {
    const done = await followTask(api, await cloneOf('sqlprod1', 'orders', 'sqldev1', 'orders_dev'), 60_000);
    kept.snapshotId = done.result!.db_snapshot!.id;
    kept.databases = await originals();
    const running = await cloneOf('pgprod1', 'shop', 'pgdev1', 'shop_dev');
    expect(running.status).toBe(200);
    kept.interrupted = running.body as { location: string };
    site.kill('SIGKILL');
    await site.ended;
    await anonymous.close();
    expect(await processesOn(dataDir)).not.toEqual([]);
  });

  it('goes on after the kill: the same hosts, databases and snapshots, and what was running is finished or undone', async () => {
    const left = await processesOn(dataDir);
    await begin();
    const agents = left.filter((line) => line.includes('agent.mjs'));
    expect(agents).toHaveLength(4);
    expect((await processesOn(dataDir)).filter((line) => agents.includes(line))).toEqual([]);
    const outcome = await followTask(api, { status: 200, headers: {}, body: kept.interrupted }, 60_000).then(
      () => 'finished',
      (error: unknown) => String(error),
    );
    const names = (await get<readonly Listed[]>('/api/v1/hosts/pgdev1/databases')).map(({ name }) => name);
    if (outcome === 'finished') expect(names).toEqual(['shop_dev']);
    else {
      expect(outcome).toContain('the task failed');
      expect(outcome).not.toContain('left behind');
      expect(names).toEqual([]);
    }
    const before = new Map(kept.databases as [string, string[]][]);
    const after = new Map((await originals()) as [string, string[]][]);
    for (const host of ['sqlprod1', 'sqldev1', 'pgprod1']) expect(after.get(host)).toEqual(before.get(host));
    expect(site.stdout()).toMatch(/note +customers is not made on sqlprod1: its volume \S+ is in use/);
    const snapshots = await get<readonly Listed[]>('/api/echo/v1/db_snapshots');
    expect(snapshots.map(({ id }) => id)).toContain(kept.snapshotId);
  });

  it('ends every process at SIGTERM', async () => {
    await anonymous.close();
    site.kill('SIGTERM');
    expect(await site.ended).toBe(0);
    expect(await processesOn(dataDir)).toEqual([]);
  });

  it('ends every process at SIGINT while it is starting', async () => {
    const early = join(parent, 'early');
    const starting = startLocal('start', ['--port', '0', '--data', early, '--fixture', 'demo']);
    expect(await starting.line(/admin .*password \S+ \(shown only this once\)/)).toContain('user admin');
    starting.kill('SIGINT');
    expect(await starting.ended).toBe(0);
    expect(starting.stdout()).not.toContain('ready');
    expect(await processesOn(early)).toEqual([]);
  });
});
