import type { DatabaseReport } from '../../../shared/contracts/agent.ts';
import type { DeviceRoot } from '../../host/device-root.ts';
import { birthIdOf, type DatabaseRecord } from '../../registry/database-record.ts';
import type { Cluster } from './cluster.ts';
import { serverStatus } from './server-state.ts';
import { withSession } from './session.ts';

const sizeTimeoutSeconds = 3;
const bytesPerMebibyte = 1_048_576;

const sizesStayFreshSeconds = 30;

interface Sizes {
  readonly takenAtMs: number;
  readonly data: number;
  readonly log: number;
}

/** Last known sizes in MiB, by birth id: a server that is busy or stopped keeps the size it had. */
export type SizeMemory = Map<string, Sizes>;

/** Reports a cluster; its SQL databases are detail, so it shows one file per volume. */
export async function describeCluster(
  database: DatabaseRecord,
  cluster: Cluster,
  deviceRoot: DeviceRoot,
  memory: SizeMemory,
): Promise<DatabaseReport> {
  const status = await serverStatus(cluster);
  if (status === 'ONLINE' || status === 'RESTORING') await refreshSizes(birthIdOf(database), cluster, memory);
  const sizes = memory.get(birthIdOf(database)) ?? { takenAtMs: 0, data: 0, log: 0 };
  return {
    id: database.id,
    uid: database.uid,
    name: database.name,
    vendor: 'postgres',
    status,
    files: database.volumes.map(({ kind, serial }, index) => ({
      name: kind === 'data' ? database.name : `${database.name}_log`,
      file_id: index + 1,
      kind,
      path: kind === 'data' ? cluster.dataDirectory : (cluster.walDirectory ?? deviceRoot.pathOf(serial)),
      size_mb: sizes[kind],
      backup_status: 'ACTIVE',
    })),
    mount_points: database.volumes.map(({ serial }) => ({ kind: 'disk', path: deviceRoot.pathOf(serial), serial })),
    connection: { host: '127.0.0.1', port: cluster.port },
  };
}

async function refreshSizes(birthId: string, cluster: Cluster, memory: SizeMemory): Promise<void> {
  const known = memory.get(birthId);
  if (known && performance.now() - known.takenAtMs < sizesStayFreshSeconds * 1000) return;
  try {
    const sizes = await withSession(cluster, sizeTimeoutSeconds, async (value) => ({
      data: await value('SELECT sum(pg_database_size(oid)) FROM pg_database'),
      log: await value('SELECT sum(size) FROM pg_ls_waldir()'),
    }));
    memory.set(birthId, { takenAtMs: performance.now(), data: mebibytes(sizes.data), log: mebibytes(sizes.log) });
  } catch {
    // A server that is held still for a snapshot, or starts, does not answer in time: the old sizes stand.
  }
}

const mebibytes = (bytes: string | null): number => Math.ceil(Number(bytes ?? 0) / bytesPerMebibyte);
