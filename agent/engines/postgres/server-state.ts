import { join } from 'node:path';
import { readTextIfThere } from '../../journal/durable-file.ts';
import type { Cluster } from './cluster.ts';
import { serverPid } from './server-process.ts';

/**
 * Status in the words of the contract, read from the server's own status line (8th of postmaster.pid): a server held
 * still while a snapshot is taken answers no query, and is not down for that.
 */
export async function serverStatus(
  cluster: Cluster,
): Promise<'ONLINE' | 'OFFLINE' | 'RESTORING' | 'RECOVERING' | 'SUSPECT'> {
  if ((await readTextIfThere(join(cluster.dataDirectory, 'PG_VERSION'))) === null) return 'SUSPECT';
  if ((await serverPid(cluster)) === null) return 'OFFLINE';
  const statusLine = (await readTextIfThere(join(cluster.dataDirectory, 'postmaster.pid')))?.split('\n')[7]?.trim();
  switch (statusLine) {
    case 'ready':
      return cluster.standby ? 'RESTORING' : 'ONLINE';
    case 'standby':
      return 'RESTORING';
    case 'stopping':
      return 'OFFLINE';
    case undefined:
    default:
      return 'RECOVERING';
  }
}
