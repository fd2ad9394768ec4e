/** Hosts and their databases as the Flex API shows them. Contract, section 5. */
import * as z from 'zod/mini';
import type { Database } from '../../domain/database.ts';
import { type Host, isConnected } from '../../domain/host.ts';

export const FlexHost = z.object({
  host_id: z.string(),
  db_vendor: z.string(),
  last_seen_ts: z.int(),
  host_name: z.string(),
  host_iqn: z.string(),
  host_os: z.string(),
  host_os_version: z.string(),
  agent_version: z.string(),
  cloud_vendor: z.enum(['GCP', 'AWS', 'AZURE', 'UNKNOWN']),
  is_connected: z.boolean(),
  db_engine_version: z.string(),
});

export const flexHost = (host: Host, nowSeconds: number): z.infer<typeof FlexHost> => ({
  host_id: host.hostId,
  db_vendor: host.vendor,
  last_seen_ts: host.lastSeenSeconds,
  host_name: host.hostName,
  host_iqn: host.hostIqn,
  host_os: host.hostOs,
  host_os_version: host.hostOsVersion,
  agent_version: host.agentVersion,
  cloud_vendor: host.cloudVendor,
  is_connected: isConnected(host, nowSeconds),
  db_engine_version: host.dbEngineVersion,
});

const FlexFile = z.object({
  name: z.string(),
  file_id: z.int(),
  kind: z.enum(['data', 'log']),
  path: z.string(),
  size_mb: z.int(),
  backup_status: z.string(),
});

/** `connection` is ours: where a local client reaches the database. */
export const FlexDatabase = z.object({
  id: z.string(),
  host_id: z.string(),
  name: z.string(),
  vendor: z.string(),
  status: z.string(),
  mssql: z.object({ files: z.array(FlexFile) }),
  mount_points: z.array(z.object({ kind: z.string(), path: z.string(), serial: z.string() })),
  connection: z.nullable(z.object({ host: z.string(), port: z.int() })),
});

export const flexDatabase = (database: Database): z.infer<typeof FlexDatabase> => ({
  id: database.dbId,
  host_id: database.hostId,
  name: database.name,
  vendor: database.vendor,
  status: database.status,
  mssql: {
    files: database.files.map((file) => ({
      name: file.name,
      file_id: file.fileId,
      kind: file.kind,
      path: file.path,
      size_mb: file.sizeMib,
      backup_status: file.backupStatus,
    })),
  },
  mount_points: database.mountPoints.map(({ kind, path, serial }) => ({ kind, path, serial })),
  connection: database.connection,
});
