/**
 * A whole site on one machine: the embedded cloud with the product in it, the array, and hosts with their agents. What
 * it keeps is in one folder; a second start on that folder goes on from there.
 */
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildAgent } from '../../agent/build.ts';
import { type ArrayProcess, startArray } from '../array/array-process.ts';
import type { ArrayAccess } from '../array/provision.ts';
import type { EmbeddedCloud } from '../cloud/embedded-cloud.ts';
import { type Admin, ensureAdmin } from './admin-user.ts';
import { arrayFolder, type ArrayFolder } from './array-folder.ts';
import { takeFolder } from './data-folder.ts';
import { stopAllServers } from './database-servers.ts';
import { type EmbeddedSettings, embeddedSiteCloud } from './embedded-site-cloud.ts';
import type { HostSpec } from './host-spec.ts';
import { openLogFiles } from './log-files.ts';
import { endRecorded, openRecord } from './recorded-children.ts';
import type { CloudStarter, SiteCloud } from './site-cloud.ts';
import type { SiteHost } from './site-host.ts';
import { siteSecrets } from './site-secrets.ts';
import { startHosts } from './start-hosts.ts';
import { Started } from './started.ts';

export type { HostSpec } from './host-spec.ts';

/** An array that a deployment knows beforehand. */
export interface ExpectedArray {
  readonly port: number;
  readonly password: string;
  /** Copied into the array's folder: the identity the deployment trusts. */
  readonly tlsDir: string;
}

export interface SiteOptions {
  readonly dataDir: string;
  readonly admin: { readonly user: string; readonly password: string | undefined };
  /** Made where they are missing; hosts of earlier starts on the folder come up too. */
  readonly hosts: readonly HostSpec[];
  /** Any free port, and secrets of the folder's own, when left out. */
  readonly expectedArray?: ExpectedArray;
  /** Told in one line what takes long or is out of the ordinary. */
  readonly report?: (line: string) => void;
  /** Told as soon as there is an administrator: a password made is known to nobody else. */
  readonly onAdmin?: (admin: Admin) => void;
  /** Ends a start that is under way: what had started is stopped, and `startSite` rejects. */
  readonly stop?: AbortSignal;
}

export interface Site<CLOUD extends SiteCloud = EmbeddedCloud> {
  readonly url: string;
  readonly caFile: string;
  readonly dataDir: string;
  readonly admin: Admin;
  readonly cloud: CLOUD;
  readonly array: ArrayAccess;
  readonly arrayProcess: ArrayProcess;
  readonly arrayDataDir: string;
  readonly hosts: ReadonlyMap<string, SiteHost>;
  readonly superuserPassword: string;
  stop(): Promise<void>;
}

const arrayUser = 'reprise';

const secretsFor = (password: string): Record<string, string> => ({
  'reprise/sdp': JSON.stringify({ username: arrayUser, password }),
});

/** The folder is this site's alone afterwards, and nothing of a killed run is left running on it. */
async function claimFolder(
  dataDir: string,
  report: (line: string) => void,
  stop: AbortSignal | undefined,
  started: Started,
): Promise<ArrayFolder> {
  const release = await takeFolder(
    dataDir,
    (pid) => report(`waiting for process ${String(pid)} to leave ${dataDir}`),
    stop,
  );
  started.add(release);
  const ended = (await endRecorded(dataDir)) + (await stopAllServers(dataDir));
  if (ended > 0) report(`ended ${String(ended)} processes that an earlier run had left behind`);
  const folder = await arrayFolder(dataDir);
  if (folder.isElsewhere)
    report(`${dataDir} is closed to the user PostgreSQL runs as: the array keeps its bytes in ${folder.path}`);
  return folder;
}

async function startParts<CLOUD extends SiteCloud>(
  options: SiteOptions,
  starter: CloudStarter<CLOUD>,
  started: Started,
): Promise<Site<CLOUD>> {
  const dataDir = resolve(options.dataDir);
  const report = options.report ?? (() => undefined);
  const { path: arrayDataDir } = await claimFolder(dataDir, report, options.stop, started);
  await starter.check();
  const children = openRecord(dataDir);
  const logs = await openLogFiles(dataDir);
  started.add(() => logs.close());
  const { superuserPassword, ...own } = await siteSecrets(dataDir);
  const { port, password, tlsDir } = options.expectedArray ?? { port: 0, password: own.arrayPassword, tlsDir: null };
  if (tlsDir !== null) await cp(tlsDir, join(arrayDataDir, 'tls'), { recursive: true });
  const agentScript = join(dataDir, 'agent.mjs');
  const starting = startArray({
    dataDir: arrayDataDir,
    port,
    user: arrayUser,
    password,
    logFile: logs.arrayFile,
    onStart: (pid) => {
      children.add('array', pid);
    },
  });
  started.add(async () => (await starting).stop());
  const [arrayProcess] = await Promise.all([starting, buildAgent(agentScript)]);
  options.stop?.throwIfAborted();
  const { url: sdpUrl, caFile: sdpCaFile } = arrayProcess;
  const cloud = await starter.start({ dataDir, array: { sdpUrl, sdpCaFile }, secrets: secretsFor(password), logs });
  started.add(() => cloud.stop());
  const admin = await ensureAdmin(cloud.table, options.admin);
  options.onAdmin?.(admin);
  const array = { url: sdpUrl, caFile: sdpCaFile, user: arrayUser, password };
  options.stop?.throwIfAborted();
  const { stop } = options;
  const parts = { dataDir, cloud, array, arrayDataDir, agentScript, superuserPassword, children, report, stop };
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

/** Starts everything, or nothing, with the product on the cloud that `starter` starts. */
export async function startSiteOn<CLOUD extends SiteCloud>(
  starter: CloudStarter<CLOUD>,
  options: SiteOptions,
): Promise<Site<CLOUD>> {
  const started = new Started();
  try {
    return await startParts(options, starter, started);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** The same on the embedded cloud. */
export const startSite = (options: SiteOptions & EmbeddedSettings): Promise<Site> =>
  startSiteOn(embeddedSiteCloud(options), options);
