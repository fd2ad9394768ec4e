/**
 * A whole site on one machine: the embedded cloud with the product in it, the array, and hosts with their agents. What
 * it keeps is in one folder; a second start on that folder goes on from there.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { buildAgent } from '../../agent/build.ts';
import { buildApp } from '../../infra/build-app.ts';
import type { EnvironmentOverrides } from '../../infra/environments.ts';
import { type ArrayProcess, startArray } from '../array/array-process.ts';
import type { ArrayAccess } from '../array/provision.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../cloud/embedded-cloud.ts';
import { type Admin, ensureAdmin } from './admin-user.ts';
import { type ApiClient, connectApi, logIn } from './api-client.ts';
import { type HostSpec, type SiteHost, startSiteHost } from './site-host.ts';
import { newPassword, siteSecrets } from './site-secrets.ts';
import { waitUntil } from './wait-until.ts';

export interface SiteOptions {
  readonly dataDir: string;
  /** Of the API; 0 takes a free one. */
  readonly port: number;
  readonly admin: { readonly user: string; readonly password: string | undefined };
  readonly hosts: readonly HostSpec[];
  /** How often the sweeper runs. */
  readonly sweepIntervalMs?: number;
  /** Timing of the deployment, for tests of what happens when somebody falls silent. */
  readonly environment?: EnvironmentOverrides;
}

export interface Site {
  readonly url: string;
  readonly caFile: string;
  readonly admin: Admin;
  readonly cloud: EmbeddedCloud;
  readonly array: ArrayAccess;
  readonly arrayProcess: ArrayProcess;
  readonly arrayDataDir: string;
  readonly hosts: ReadonlyMap<string, SiteHost>;
  readonly superuserPassword: string;
  stop(): Promise<void>;
}

const repository = fileURLToPath(new URL('../..', import.meta.url));
const arrayUser = 'reprise';

/** What was started, ended in reverse order; one that cannot be ended does not keep the others. */
class Started {
  readonly #stops: (() => Promise<void>)[] = [];

  add(stop: () => Promise<void>): void {
    this.#stops.unshift(stop);
  }

  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.splice(0)) {
      await stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped');
  }
}

async function synthesize(dataDir: string, array: ArrayProcess, overrides: EnvironmentOverrides): Promise<string> {
  const outdir = join(dataDir, 'assembly');
  const settings = { ...overrides, array: { sdpUrl: array.url, sdpCaFile: array.caFile, ...overrides.array } };
  await Promise.resolve(buildApp('embedded', { environment: settings, outdir }).synth());
  return outdir;
}

const secretsFor = (password: string): Record<string, string> => ({
  'reprise/sdp': JSON.stringify({ username: arrayUser, password }),
});

const Topology = z.array(
  z.object({
    host: z.object({ id: z.string(), is_connected: z.boolean() }),
    databases: z.array(z.object({ name: z.string() })),
  }),
);

async function waitForHosts(api: ApiClient, specs: readonly HostSpec[]): Promise<void> {
  await waitUntil('every host to be connected with its databases', 90_000, async () => {
    const topology = Topology.parse((await api.call('GET', '/api/echo/v1/topology')).body);
    const isThere = (spec: HostSpec): boolean => {
      const entry = topology.find((one) => one.host.id === spec.hostId);
      if (entry?.host.is_connected !== true) return false;
      return spec.databases.every((name) => entry.databases.some((database) => database.name === name));
    };
    return specs.every(isThere) ? true : undefined;
  });
}

async function startParts(options: SiteOptions, started: Started): Promise<Site> {
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  const secrets = await siteSecrets(dataDir);
  const arrayDataDir = join(dataDir, 'array');
  const agentScript = join(dataDir, 'agent.mjs');
  const [arrayProcess] = await Promise.all([
    startArray({ dataDir: arrayDataDir, port: 0, user: arrayUser, password: secrets.arrayPassword }),
    buildAgent(agentScript),
  ]);
  started.add(() => arrayProcess.stop());
  const assemblyDir = await synthesize(dataDir, arrayProcess, options.environment ?? {});
  const cloud = await startEmbeddedCloud({
    assemblyDir,
    dataDir: join(dataDir, 'cloud'),
    port: options.port,
    secrets: secretsFor(secrets.arrayPassword),
    sourceRoot: repository,
    sweepIntervalMs: options.sweepIntervalMs ?? 5000,
    environment: { START_GRACE_SECONDS: '3' },
  });
  started.add(() => cloud.stop());
  const admin = await ensureAdmin(cloud, options.admin);
  const array = { url: arrayProcess.url, caFile: arrayProcess.caFile, user: arrayUser, password: secrets.arrayPassword };
  const hosts = await startHosts(options, { dataDir, cloud, array, arrayDataDir, agentScript, superuserPassword: secrets.superuserPassword }, started);
  return {
    url: cloud.url,
    caFile: cloud.caFile,
    admin,
    cloud,
    array,
    arrayProcess,
    arrayDataDir,
    hosts,
    superuserPassword: secrets.superuserPassword,
    stop: () => started.stop(),
  };
}

interface HostParts {
  readonly dataDir: string;
  readonly cloud: EmbeddedCloud;
  readonly array: ArrayAccess;
  readonly arrayDataDir: string;
  readonly agentScript: string;
  readonly superuserPassword: string;
}

/** A principal of the site's own, so that fixtures work whatever the administrator's password is. */
const fixtureUser = 'site-fixture';

async function startHosts(options: SiteOptions, parts: HostParts, started: Started): Promise<ReadonlyMap<string, SiteHost>> {
  const hosts = new Map<string, SiteHost>();
  if (options.hosts.length === 0) return hosts;
  const password = newPassword();
  await ensureAdmin(parts.cloud, { user: fixtureUser, password });
  const anonymous = await connectApi(parts.cloud.url, parts.cloud.caFile);
  const api = await logIn(anonymous, fixtureUser, password);
  const superuserPasswordFile = join(parts.dataDir, 'superuser.password');
  await writeFile(superuserPasswordFile, parts.superuserPassword, { mode: 0o600 });
  const hostOptions = {
    api,
    apiUrl: parts.cloud.url,
    apiCaFile: parts.cloud.caFile,
    array: parts.array,
    arrayDataDir: parts.arrayDataDir,
    hostsDir: join(parts.dataDir, 'hosts'),
    agentScript: parts.agentScript,
    superuserPasswordFile,
  };
  await Promise.all(
    options.hosts.map(async (spec) => {
      const host = await startSiteHost(hostOptions, spec);
      started.add(() => host.agent().stop());
      hosts.set(spec.hostId, host);
    }),
  );
  await waitForHosts(api, options.hosts);
  await api.close();
  return hosts;
}

/** Starts everything, or nothing. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const started = new Started();
  try {
    return await startParts(options, started);
  } catch (error) {
    await started.stop();
    throw error;
  }
}
