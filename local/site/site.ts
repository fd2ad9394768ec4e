/**
 * A whole site on one machine: the embedded cloud with the product in it, the array, and hosts with their agents. What
 * it keeps is in one folder; a second start on that folder goes on from there.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAgent } from '../../agent/build.ts';
import { buildApp } from '../../infra/build-app.ts';
import type { EnvironmentOverrides } from '../../infra/environments.ts';
import { type ArrayProcess, startArray } from '../array/array-process.ts';
import type { ArrayAccess } from '../array/provision.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../cloud/embedded-cloud.ts';
import { type Admin, ensureAdmin } from './admin-user.ts';
import { arrayFolder, type ArrayFolder } from './array-folder.ts';
import { takeFolder } from './data-folder.ts';
import { stopAllServers } from './database-servers.ts';
import type { HostSpec } from './host-spec.ts';
import { openLogFiles } from './log-files.ts';
import { refuseBusyPort } from './port-check.ts';
import { endRecorded, openRecord } from './recorded-children.ts';
import type { SiteHost } from './site-host.ts';
import { siteSecrets } from './site-secrets.ts';
import { startHosts } from './start-hosts.ts';
import { Started } from './started.ts';

export type { HostSpec } from './host-spec.ts';

export interface SiteOptions {
  readonly dataDir: string;
  /** Of the API; 0 takes a free one. */
  readonly port: number;
  readonly admin: { readonly user: string; readonly password: string | undefined };
  /** Made where they are missing; hosts of earlier starts on the folder come up too. */
  readonly hosts: readonly HostSpec[];
  /** How often the sweeper runs. */
  readonly sweepIntervalMs?: number;
  /** Timing of the deployment, for tests of what happens when somebody falls silent. */
  readonly environment?: EnvironmentOverrides;
  /** Told in one line what takes long or is out of the ordinary. */
  readonly report?: (line: string) => void;
  /** Told as soon as there is an administrator: a password made is known to nobody else. */
  readonly onAdmin?: (admin: Admin) => void;
  /** Ends a start that is under way: what had started is stopped, and `startSite` rejects. */
  readonly stop?: AbortSignal;
}

export interface Site {
  readonly url: string;
  readonly caFile: string;
  readonly dataDir: string;
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

async function synthesize(dataDir: string, array: ArrayProcess, overrides: EnvironmentOverrides): Promise<string> {
  const outdir = join(dataDir, 'assembly');
  const settings = { ...overrides, array: { sdpUrl: array.url, sdpCaFile: array.caFile, ...overrides.array } };
  await Promise.resolve(buildApp('embedded', { environment: settings, outdir }).synth());
  return outdir;
}

const secretsFor = (password: string): Record<string, string> => ({
  'reprise/sdp': JSON.stringify({ username: arrayUser, password }),
});

/** The folder is this site's alone afterwards, and nothing of a killed run is left running on it. */
async function claimFolder(dataDir: string, options: SiteOptions, started: Started): Promise<ArrayFolder> {
  const report = options.report ?? (() => undefined);
  const release = await takeFolder(
    dataDir,
    (pid) => report(`waiting for process ${String(pid)} to leave ${dataDir}`),
    options.stop,
  );
  started.add(release);
  const ended = (await endRecorded(dataDir)) + (await stopAllServers(dataDir));
  if (ended > 0) report(`ended ${String(ended)} processes that an earlier run had left behind`);
  const folder = await arrayFolder(dataDir);
  if (folder.isElsewhere)
    report(`${dataDir} is closed to the user PostgreSQL runs as: the array keeps its bytes in ${folder.path}`);
  return folder;
}

async function startParts(options: SiteOptions, started: Started): Promise<Site> {
  const dataDir = resolve(options.dataDir);
  const { path: arrayDataDir } = await claimFolder(dataDir, options, started);
  await refuseBusyPort(options.port);
  const children = openRecord(dataDir);
  const logs = await openLogFiles(dataDir);
  started.add(() => logs.close());
  const secrets = await siteSecrets(dataDir);
  const agentScript = join(dataDir, 'agent.mjs');
  const starting = startArray({
    dataDir: arrayDataDir,
    port: 0,
    user: arrayUser,
    password: secrets.arrayPassword,
    logFile: logs.arrayFile,
    onStart: (pid) => {
      children.add('array', pid);
    },
  });
  started.add(async () => (await starting).stop());
  const [arrayProcess] = await Promise.all([starting, buildAgent(agentScript)]);
  const assemblyDir = await synthesize(dataDir, arrayProcess, options.environment ?? {});
  options.stop?.throwIfAborted();
  const cloud = await startEmbeddedCloud({
    assemblyDir,
    dataDir: join(dataDir, 'cloud'),
    port: options.port,
    secrets: secretsFor(secrets.arrayPassword),
    sourceRoot: repository,
    sweepIntervalMs: options.sweepIntervalMs ?? 5000,
    environment: { START_GRACE_SECONDS: '3' },
    log: logs.cloud,
    functionOutput: logs.functions,
  });
  started.add(() => cloud.stop());
  const admin = await ensureAdmin(cloud, options.admin);
  options.onAdmin?.(admin);
  const array = {
    url: arrayProcess.url,
    caFile: arrayProcess.caFile,
    user: arrayUser,
    password: secrets.arrayPassword,
  };
  options.stop?.throwIfAborted();
  const { superuserPassword } = secrets;
  const parts = { dataDir, cloud, array, arrayDataDir, agentScript, superuserPassword, children, stop: options.stop };
  // After the agents, should one have been stopped before it could stop its databases.
  started.add(() => stopAllServers(dataDir).then(() => undefined));
  const hosts = await startHosts(parts, options.hosts, started);
  const { url, caFile } = cloud;
  return {
    url,
    caFile,
    dataDir,
    admin,
    cloud,
    array,
    arrayProcess,
    arrayDataDir,
    hosts,
    superuserPassword,
    stop: () => started.stop(),
  };
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
