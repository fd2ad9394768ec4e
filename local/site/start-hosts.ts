/** Starts every host of a site and waits until the API shows them as they should be. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArrayAccess } from '../array/provision.ts';
import { ensureAdmin } from './admin-user.ts';
import { type ApiClient, connectApi, logIn } from './api-client.ts';
import { type HostSpec, rememberedSpecs } from './host-spec.ts';
import { readIfThere } from './read-if-there.ts';
import type { RecordedChildren } from './recorded-children.ts';
import type { SiteCloud } from './site-cloud.ts';
import { isRegistered, type SiteHost, type SiteHostOptions, startSiteHost } from './site-host.ts';
import { newPassword } from './site-secrets.ts';
import type { Started } from './started.ts';
import { waitUntil } from './wait-until.ts';

export interface HostsOptions {
  readonly dataDir: string;
  readonly cloud: SiteCloud;
  readonly array: ArrayAccess;
  readonly arrayDataDir: string;
  readonly agentScript: string;
  readonly superuserPassword: string;
  readonly children: RecordedChildren;
  readonly report: (line: string) => void;
  readonly stop: AbortSignal | undefined;
}

/** A principal of the site's own, so that fixtures work whatever the administrator's password is. */
const fixtureUser = 'site-fixture';

const Topology = z.array(
  z.object({
    host: z.object({ id: z.string(), is_connected: z.boolean() }),
    databases: z.array(z.object({ name: z.string() })),
  }),
);

const connectPatienceMs = 90_000;

async function refuseDeadAgents(hosts: ReadonlyMap<string, SiteHost>): Promise<void> {
  for (const host of hosts.values()) {
    if (!host.agent().hasEnded()) continue;
    const lastLine = ((await readIfThere(host.logFile)) ?? '').trim().split('\n').at(-1) ?? '';
    throw new Error(`the agent of ${host.hostId} ended at its start: ${lastLine}`);
  }
}

async function waitForHosts(
  api: ApiClient,
  hosts: ReadonlyMap<string, SiteHost>,
  stop: AbortSignal | undefined,
): Promise<void> {
  await waitUntil('every host to be connected with its databases', connectPatienceMs, async () => {
    stop?.throwIfAborted();
    await refuseDeadAgents(hosts);
    const topology = Topology.parse((await api.call('GET', '/api/echo/v1/topology')).body);
    const isThere = (host: SiteHost): boolean => {
      const entry = topology.find((one) => one.host.id === host.hostId);
      if (entry?.host.is_connected !== true) return false;
      return host.databases.every((name) => entry.databases.some((database) => database.name === name));
    };
    return [...hosts.values()].every(isThere) ? true : undefined;
  });
}

/** Those asked for, and of those remembered the ones nobody has unregistered since. */
async function specsToStart(
  api: ApiClient,
  hostsDir: string,
  wanted: readonly HostSpec[],
): Promise<readonly HostSpec[]> {
  const others = (await rememberedSpecs(hostsDir)).filter(
    ({ hostId }) => !wanted.some((spec) => spec.hostId === hostId),
  );
  const registered = await Promise.all(others.map((spec) => isRegistered({ api, hostsDir }, spec)));
  return [...wanted, ...others.filter((_spec, at) => registered[at])];
}

async function startAll(
  options: SiteHostOptions,
  specs: readonly HostSpec[],
  started: Started,
): Promise<ReadonlyMap<string, SiteHost>> {
  const hosts = new Map<string, SiteHost>();
  const starting = specs.map(async (spec) => {
    const host = await startSiteHost(options, spec);
    started.add(() => host.agent().stop());
    hosts.set(spec.hostId, host);
  });
  // When one fails the others must have started before they can be stopped.
  await Promise.allSettled(starting);
  await Promise.all(starting);
  return hosts;
}

/** What is there already is left as it is. What was started is added to `started` at once. */
export async function startHosts(
  options: HostsOptions,
  wanted: readonly HostSpec[],
  started: Started,
): Promise<ReadonlyMap<string, SiteHost>> {
  const hostsDir = join(options.dataDir, 'hosts');
  if (wanted.length === 0 && (await rememberedSpecs(hostsDir)).length === 0) return new Map();
  const { url: apiUrl, caFile: apiCaFile } = options.cloud;
  const password = newPassword();
  await ensureAdmin(options.cloud.table, { user: fixtureUser, password });
  const superuserPasswordFile = join(options.dataDir, 'superuser.password');
  await writeFile(superuserPasswordFile, options.superuserPassword, { mode: 0o600 });
  const api = await connectApi(apiUrl, apiCaFile);
  try {
    const client = await logIn(api, fixtureUser, password);
    const specs = await specsToStart(client, hostsDir, wanted);
    const hosts = await startAll(
      { ...options, api: client, apiUrl, apiCaFile, hostsDir, superuserPasswordFile },
      specs,
      started,
    );
    await waitForHosts(client, hosts, options.stop);
    return hosts;
  } finally {
    await api.close();
  }
}
