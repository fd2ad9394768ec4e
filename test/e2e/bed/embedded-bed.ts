/** The bed over the embedded cloud: a whole site in one folder, its cloud in this process. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ArrayProcess, startArray } from '../../../local/array/array-process.ts';
import { connectApi, logIn } from '../../../local/site/api-client.ts';
import type { SiteHost } from '../../../local/site/site-host.ts';
import { type Site, startSite } from '../../../local/site/site.ts';
import { killServersBelow } from '../look/servers.ts';
import type { Bed, BedHost, BedOptions } from './bed.ts';

const admin = { user: 'admin', password: 'e2e-Administrator-9f3k' };
const run = promisify(execFile);

/** The servers' account must reach it, and a socket's path below it must stay short. */
export async function newDataDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'rpe-'));
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

function tableOf(site: Site): Bed['table'] {
  const name = site.cloud.app.tables[0]?.TableName;
  if (name === undefined) throw new Error('the app has no table');
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { name, config: { region: 'us-east-1', endpoint: site.cloud.endpoints.dynamodb, credentials } };
}

export const embeddedAdmin = admin;

/** Starts on a folder that an earlier site used, or on a new one. */
export async function startEmbeddedBed(options: BedOptions, earlierDataDir?: string): Promise<Bed> {
  const dataDir = earlierDataDir ?? (await newDataDir());
  let site: Site;
  try {
    site = await startSite({ dataDir, port: 0, admin, sweepIntervalMs: 500, ...options });
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
  const anonymous = await connectApi(site.url, site.caFile);
  let revived: ArrayProcess | undefined;
  return {
    url: site.url,
    api: await logIn(anonymous, admin.user, admin.password),
    anonymous,
    array: site.array,
    hosts: new Map([...site.hosts].map(([hostId, host]) => [hostId, bedHost(host, join(dataDir, 'agent.mjs'))])),
    table: tableOf(site),
    superuserPassword: site.superuserPassword,
    adminPassword: admin.password,
    dataDir,
    executions: () =>
      site.cloud.executions().map((one) => ({
        name: one.request.name,
        status: one.status,
        history: `${one.request.input} ${JSON.stringify(one.history.events)}`,
      })),
    killArray: async () => {
      process.kill((revived ?? site.arrayProcess).pid, 'SIGKILL');
      await (revived ?? site.arrayProcess).stop();
    },
    reviveArray: async () => {
      const port = Number(new URL(site.array.url).port);
      revived = await startArray({
        dataDir: site.arrayDataDir,
        port,
        user: site.array.user,
        password: site.array.password,
      });
    },
    stop: async () => {
      await anonymous.close();
      await site.stop();
      await revived?.stop();
      await killServersBelow(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
