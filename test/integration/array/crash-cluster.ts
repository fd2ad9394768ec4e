import { chownSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { chooseAccount, type Account } from '../../../agent/engines/postgres/account.ts';
import { findBinaries } from '../../../agent/engines/postgres/binaries.ts';
import { runProgram } from '../../../agent/engines/postgres/run-program.ts';
import type { ServerPrograms } from '../../../agent/engines/postgres/server-process.ts';
import { binDir } from '../agent/postgres-host.ts';

/** Where one cluster lies: data and write-ahead log on disks of their own, socket and log outside of both. */
export interface ClusterPlaces {
  readonly dataDisk: string;
  readonly walDisk: string;
  readonly privateFolder: string;
}

export interface RunningCluster {
  connect(): Promise<Client>;
  /** What the server has said. */
  log(): string;
  /** As a crash would: the server writes nothing more. */
  crash(): Promise<void>;
}

const TIMEOUT_SECONDS = 60;
const data = ({ dataDisk }: ClusterPlaces): string => join(dataDisk, 'data');
const wal = ({ walDisk }: ClusterPlaces): string => join(walDisk, 'wal');

export async function postgresPrograms(): Promise<ServerPrograms> {
  const account = await chooseAccount(undefined);
  return { account, binDir: await findBinaries(binDir, account) };
}

function makeFolder(path: string, account: Account | null): void {
  mkdirSync(path, { mode: 0o700 });
  if (account !== null) chownSync(path, account.uid, account.gid);
}

const run = (programs: ServerPrograms, name: string, args: readonly string[]): Promise<string> =>
  runProgram(join(programs.binDir, name), args, { account: programs.account, timeoutSeconds: TIMEOUT_SECONDS });

/** Makes a new cluster. Its write-ahead log comes in small pieces, so that there is little to copy. */
export async function makeCluster(programs: ServerPrograms, places: ClusterPlaces): Promise<void> {
  for (const folder of [data(places), wal(places)]) makeFolder(folder, programs.account);
  const flags = ['-U', 'postgres', '--auth=trust', '--locale=C', '-E', 'UTF8', '--wal-segsize=1', '--no-instructions'];
  await run(programs, 'initdb', ['-D', data(places), `--waldir=${wal(places)}`, ...flags]);
}

/** Makes the copy of a cluster's disks a cluster of its own, and nothing more: the bytes stay as they were. */
export function adoptCopy(places: ClusterPlaces): void {
  rmSync(join(data(places), 'postmaster.pid'), { force: true });
  rmSync(join(data(places), 'pg_wal'));
  symlinkSync(wal(places), join(data(places), 'pg_wal'));
}

export async function startCluster(
  programs: ServerPrograms,
  places: ClusterPlaces,
  settings: Readonly<Record<string, string>>,
): Promise<RunningCluster> {
  const { privateFolder } = places;
  makeFolder(privateFolder, programs.account);
  const logPath = join(privateFolder, 'log');
  const all = { ...settings, listen_addresses: '', unix_socket_directories: privateFolder };
  const options = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
  const where = ['-D', data(places), '-w', '-t', String(TIMEOUT_SECONDS)];
  await run(programs, 'pg_ctl', ['start', ...where, '-l', logPath, '-o', options.join(' ')]);
  return {
    connect: async () => {
      const client = new Client({ host: privateFolder, user: 'postgres', database: 'postgres' });
      await client.connect();
      return client;
    },
    log: () => readFileSync(logPath, 'utf8'),
    crash: async () => {
      await run(programs, 'pg_ctl', ['stop', ...where, '-m', 'immediate']);
    },
  };
}
