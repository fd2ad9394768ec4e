import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AgentFailure, VolumeInUse } from '../../failure.ts';
import { isNotFound, writeDurably } from '../../journal/durable-file.ts';
import { type Cluster, superuser } from './cluster.ts';
import { isReachable } from './reachability.ts';
import { runProgram } from './run-program.ts';
import type { ServerPrograms } from './server-process.ts';

const initTimeoutSeconds = 300;

/**
 * Makes an empty cluster on its volumes. TCP asks for passwords (scram-sha-256); without a superuser password nobody
 * but the agent can log in until one is set.
 * @throws VolumeInUse when a folder is not empty. AgentFailure ENGINE_FAILED; folders made here are removed again.
 */
export async function createCluster(
  cluster: Cluster,
  programs: ServerPrograms,
  superuserPassword: string | null,
): Promise<void> {
  const folders = [cluster.dataDirectory, ...(cluster.walDirectory === null ? [] : [cluster.walDirectory])];
  for (const folder of folders) await refuseUsed(folder);
  const { account } = programs;
  const passwordFile = join(dirname(cluster.dataDirectory), `.password-${randomBytes(6).toString('hex')}`);
  try {
    for (const folder of folders) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (account) await chown(folder, account.uid, account.gid);
      if (!(await isReachable(folder, account))) {
        throw new AgentFailure(
          'ENGINE_FAILED',
          `a folder above ${folder} is closed to user ${account?.name ?? 'of the agent'}`,
        );
      }
    }
    const args = [
      '-D',
      cluster.dataDirectory,
      '-U',
      superuser,
      '-E',
      'UTF8',
      '--locale=C',
      '--auth=scram-sha-256',
      '--no-instructions',
    ];
    if (cluster.walDirectory !== null) args.push(`--waldir=${cluster.walDirectory}`);
    // initdb insists on a password for scram; without one wanted, a random one that nobody ever learns closes TCP.
    await writeDurably(passwordFile, `${superuserPassword ?? randomBytes(24).toString('hex')}\n`, { owner: account });
    args.push(`--pwfile=${passwordFile}`);
    await runProgram(join(programs.binDir, 'initdb'), args, { account, timeoutSeconds: initTimeoutSeconds });
  } catch (error) {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function refuseUsed(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length > 0) throw new VolumeInUse(`${folder} is not empty`);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
