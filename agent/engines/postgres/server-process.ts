import { chmod, lchown, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AgentFailure } from '../../failure.ts';
import { readTextIfThere, writeDurably } from '../../journal/durable-file.ts';
import { processExists } from '../../registry/process-identity.ts';
import type { Account } from './account.ts';
import type { Cluster } from './cluster.ts';
import { runProgram } from './run-program.ts';
import { accessRules, shellWord, startOptions } from './server-settings.ts';

/** Recovery of a copy replays at most what its source wrote since a checkpoint. */
const startTimeoutSeconds = 600;
/** How long each way of stopping may take: fast, immediate, kill. */
const stopSteps = [
  { signal: 'SIGINT', seconds: 60 },
  { signal: 'SIGQUIT', seconds: 10 },
  { signal: 'SIGKILL', seconds: 10 },
] as const;

export interface ServerPrograms {
  readonly binDir: string;
  readonly account: Account | null;
}

/** Starts the server and waits until it accepts connections. It is its own daemon and outlives the agent. */
export async function startServer(cluster: Cluster, programs: ServerPrograms): Promise<void> {
  if ((await serverPid(cluster)) !== null) return;
  await openPrivateDirectory(cluster, programs.account);
  await writeDurably(cluster.accessRulesPath, accessRules(cluster), { owner: programs.account });
  const options = startOptions(cluster).map(shellWord).join(' ');
  const args = [
    'start',
    '-w',
    '-t',
    String(startTimeoutSeconds),
    '-D',
    cluster.dataDirectory,
    '-l',
    cluster.logPath,
    '-o',
    options,
  ];
  try {
    await runProgram(join(programs.binDir, 'pg_ctl'), args, {
      account: programs.account,
      timeoutSeconds: startTimeoutSeconds + 30,
    });
  } catch (error) {
    throw new AgentFailure('ENGINE_FAILED', `PostgreSQL did not start: ${await complaints(cluster)}`, error);
  }
}

/** Ends the server, gently first; it is done when no process of it is left. Its volumes may be gone already. */
export async function stopServer(cluster: Cluster, how: 'fast' | 'immediate'): Promise<void> {
  const pid = await serverPid(cluster);
  if (pid === null) return;
  for (const { signal, seconds } of how === 'fast' ? stopSteps : stopSteps.slice(1)) {
    sendSignal(pid, signal);
    const deadline = performance.now() + seconds * 1000;
    while (performance.now() < deadline) {
      // Not by its pid file: the server removes that before it has closed its other files.
      if (!(await isServer(pid, cluster))) return;
      await delay(20);
    }
  }
  throw new AgentFailure('ENGINE_FAILED', `PostgreSQL (process ${pid}) does not stop`);
}

/** Process id of the running server, or null. A pid reused by another process is told apart by its command line. */
export async function serverPid(cluster: Cluster): Promise<number | null> {
  const pid = await readPid(cluster.pidPath);
  if (pid !== null && (await isServer(pid, cluster))) return pid;
  // One that an agent which is gone was about to start has written only this yet; a copy brings its source's along.
  const startingPid = await readPid(join(cluster.dataDirectory, 'postmaster.pid'));
  const isOwn = startingPid !== null && (await commandLineOf(startingPid))?.includes(cluster.accessRulesPath) === true;
  return isOwn ? startingPid : null;
}

async function readPid(path: string): Promise<number | null> {
  const pid = Number.parseInt((await readTextIfThere(path)) ?? '', 10);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

/** Removes what is kept outside the volumes about a stopped server. */
export const removePrivateDirectory = (cluster: Cluster): Promise<void> =>
  rm(cluster.privateDirectory, { recursive: true, force: true });

async function openPrivateDirectory(cluster: Cluster, account: Account | null): Promise<void> {
  await mkdir(cluster.privateDirectory, { recursive: true, mode: 0o700 });
  if (account) await lchown(cluster.privateDirectory, account.uid, account.gid);
  await chmod(cluster.privateDirectory, 0o700);
  const oldLog = join(cluster.privateDirectory, 'server.log.1');
  if ((await readTextIfThere(cluster.logPath)) !== null) await rename(cluster.logPath, oldLog);
}

async function isServer(pid: number, cluster: Cluster): Promise<boolean> {
  if (!processExists(pid)) return false;
  const commandLine = await commandLineOf(pid);
  return commandLine === null || commandLine.includes(cluster.accessRulesPath);
}

/** Null where it cannot be known (no /proc); empty for a process that has ended but is not yet buried. */
async function commandLineOf(pid: number): Promise<string | null> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return process.platform === 'linux' ? '' : null; // The process went away between the two looks.
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (processExists(pid)) throw error;
  }
}

/** What the server said when it gave up, shortened. */
async function complaints(cluster: Cluster): Promise<string> {
  const lines = ((await readTextIfThere(cluster.logPath)) ?? '').split('\n');
  const telling = lines.filter((line) => /\b(FATAL|PANIC|ERROR):/.test(line));
  return (telling.length > 0 ? telling : lines).slice(-4).join('; ').slice(-900) || 'it left no log';
}
