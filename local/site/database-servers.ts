/**
 * PostgreSQL servers outlive the agent that started them: an agent that is stopped in good order stops them, one that is
 * killed cannot. Here they are found by the process ids they wrote themselves, in the state of each host's agent.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { endedWithin, identityOf, isRunning, signal } from './process-identity.ts';
import { readIfThere } from './read-if-there.ts';

/** PostgreSQL's ways to stop: without waiting for clients, without writing anything more, at once. */
const ways = [
  { name: 'SIGINT', patienceMs: 20_000 },
  { name: 'SIGQUIT', patienceMs: 5000 },
  { name: 'SIGKILL', patienceMs: 5000 },
] as const;

/** Identity of the server whose private folder this is, if it runs; its command line names the folder. */
async function serverOf(privateFolder: string): Promise<string | undefined> {
  const pid = Number.parseInt((await readIfThere(join(privateFolder, 'server.pid'))) ?? '', 10);
  if (!Number.isInteger(pid)) return undefined;
  const identity = identityOf(pid);
  // ESRCH: it ended between opening and reading.
  const command = await readIfThere(`/proc/${String(pid)}/cmdline`).catch(() => undefined);
  return isRunning(identity) && command?.includes(privateFolder) === true ? identity : undefined;
}

async function serversOn(hostDir: string): Promise<readonly string[]> {
  const state = join(hostDir, 'state');
  const roots = [join(state, 'clusters'), (await readIfThere(join(state, 'clusters-elsewhere'))) ?? ''].filter(
    (root) => root !== '',
  );
  const folders = await Promise.all(
    roots.map(async (root) => (await readdir(root).catch(() => [])).map((id) => join(root, id))),
  );
  const found = await Promise.all(folders.flat().map(serverOf));
  return found.filter((identity) => identity !== undefined);
}

async function stopServer(identity: string): Promise<void> {
  for (const { name, patienceMs } of ways) {
    signal(identity, name);
    if (await endedWithin(identity, patienceMs)) return;
  }
  throw new Error(`PostgreSQL (process ${identity}) does not stop`);
}

/** Stops what still runs for the host and tells how many servers that were. Its agent must have ended. */
async function stopServers(hostDir: string): Promise<number> {
  const servers = await serversOn(hostDir);
  await Promise.all(servers.map(stopServer));
  return servers.length;
}

/** The same for every host of a site. */
export async function stopAllServers(dataDir: string): Promise<number> {
  const hostsDir = join(dataDir, 'hosts');
  const names = await readdir(hostsDir).catch(() => []);
  const counts = await Promise.all(names.map((name) => stopServers(join(hostsDir, name))));
  return counts.reduce((sum, count) => sum + count, 0);
}
