import { join } from 'node:path';
import { AgentFailure } from '../../failure.ts';
import type { DeviceRoot } from '../../host/device-root.ts';
import { birthIdOf, type DatabaseRecord } from '../../registry/database-record.ts';

/** Where everything of one database's server is. One cluster serves one managed database. */
export interface Cluster {
  readonly port: number;
  readonly dataDirectory: string;
  /** The write-ahead log on a volume of its own, or null when it lies inside the data directory. */
  readonly walDirectory: string | null;
  /** Outside the volumes, open only to the server's account: socket, access rules, log, pid. */
  readonly privateDirectory: string;
  readonly accessRulesPath: string;
  readonly logPath: string;
  readonly pidPath: string;
  /** A copy kept in recovery. */
  readonly standby: boolean;
}

export const dataFolder = 'data';
const walFolder = 'wal';
/** Name of the superuser of clusters this agent makes; a copy has its source's. */
export const superuser = 'postgres';

export function clusterOf(database: DatabaseRecord, deviceRoot: DeviceRoot, privateRoot: string): Cluster {
  const data = database.volumes.find(({ kind }) => kind === 'data');
  const log = database.volumes.find(({ kind }) => kind === 'log');
  if (!data || database.port === null)
    throw new AgentFailure('ENGINE_FAILED', `database ${database.id} has no data volume or no port`);
  const privateDirectory = join(privateRoot, birthIdOf(database));
  return {
    port: database.port,
    dataDirectory: join(deviceRoot.pathOf(data.serial), dataFolder),
    walDirectory: log ? join(deviceRoot.pathOf(log.serial), walFolder) : null,
    privateDirectory,
    accessRulesPath: join(privateDirectory, 'pg_hba.conf'),
    logPath: join(privateDirectory, 'server.log'),
    pidPath: join(privateDirectory, 'server.pid'),
    standby: database.target_state === 'recovery',
  };
}
