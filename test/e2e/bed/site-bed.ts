/** What a bed is over a site of this machine, whichever cloud carries the product. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ArrayProcess, startArray } from '../../../local/array/array-process.ts';
import { connectApi, logIn } from '../../../local/site/api-client.ts';
import type { SiteCloud } from '../../../local/site/site-cloud.ts';
import type { SiteHost } from '../../../local/site/site-host.ts';
import type { Site } from '../../../local/site/site.ts';
import { killServersBelow } from '../look/servers.ts';
import type { Bed, BedHost } from './bed.ts';

export const admin = { user: 'admin', password: 'e2e-Administrator-9f3k' };
const run = promisify(execFile);

/** Of the folders of beds, in the temporary folder. */
export const bedFolderPrefix = 'rpe-';

/** The servers' account must reach it, and a socket's path below it must stay short. */
export async function newDataDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), bedFolderPrefix));
  await chmod(dir, 0o755);
  return dir;
}

function bedHost(host: SiteHost, agentScript: string): BedHost {
  return {
    hostId: host.hostId,
    deviceRoot: host.deviceRoot,
    agentPid: () => host.agent().pid,
    stopAgent: (signal) => host.agent().stop(signal),
    restartAgent: () => {
      host.restartAgent();
    },
    agentCommand: async (...args) => {
      const { stdout } = await run(process.execPath, [agentScript, ...args, '--config', host.configFile], { env: {} });
      return stdout.trim().split('\n').at(-1) ?? '';
    },
  };
}

/** An array that can be killed and started again where it was. */
function mortalArray(site: Site<SiteCloud>) {
  let revived: ArrayProcess | undefined;
  return {
    kill: async (): Promise<void> => {
      process.kill((revived ?? site.arrayProcess).pid, 'SIGKILL');
      await (revived ?? site.arrayProcess).stop();
    },
    revive: async (): Promise<void> => {
      const port = Number(new URL(site.array.url).port);
      const { user, password } = site.array;
      revived = await startArray({ dataDir: site.arrayDataDir, port, user, password });
    },
    stop: async (): Promise<void> => revived?.stop(),
  };
}

/** Ends the site and removes its folder when it stops. */
export async function siteBed(
  site: Site<SiteCloud>,
  looks: Pick<Bed, 'executions' | 'functionLogs' | 'keepSecret' | 'tick'>,
): Promise<Bed> {
  const { dataDir } = site;
  const anonymous = await connectApi(site.url, site.caFile);
  const array = mortalArray(site);
  return {
    ...looks,
    url: site.url,
    caFile: site.caFile,
    api: await logIn(anonymous, admin.user, admin.password),
    anonymous,
    array: site.array,
    hosts: new Map([...site.hosts].map(([hostId, host]) => [hostId, bedHost(host, join(dataDir, 'agent.mjs'))])),
    table: site.cloud.table,
    superuserPassword: site.superuserPassword,
    adminPassword: admin.password,
    dataDir,
    killArray: array.kill,
    reviveArray: array.revive,
    stop: async () => {
      await anonymous.close();
      await site.stop();
      await array.stop();
      await killServersBelow(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Starts a site on a new folder; a start that fails leaves no folder. */
export async function siteOnNewFolder<SITE>(start: (dataDir: string) => Promise<SITE>): Promise<SITE> {
  const dataDir = await newDataDir();
  try {
    return await start(dataDir);
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}
