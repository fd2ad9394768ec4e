/** The topology. Contract, section 6: one entry per registered host, `db_snapshots` on every database. */
import * as z from 'zod/mini';
import { type Clone, isDatabaseOf } from '../../domain/clone.ts';
import { type Database, isOnArray, snapshotObstacle } from '../../domain/database.ts';
import { volumeOfFile } from '../../domain/file-volume.ts';
import { type Host, isConnected } from '../../domain/host.ts';
import { isDeletable, type SnapshotOutline } from '../../domain/snapshot.ts';

const TopologySnapshot = z.object({
  id: z.string(),
  timestamp: z.int(),
  consistency_level: z.enum(['application', 'crash']),
  db_ids: z.array(z.string()),
  deletable: z.boolean(),
});

const TopologyFile = z.object({
  sdp_id: z.string(),
  name: z.string(),
  size_mb: z.int(),
  kind: z.string(),
  volume_id: z.int(),
  volume_name: z.string(),
  volume_group_id: z.int(),
  volume_group_name: z.string(),
  volume_scsi_sn: z.string(),
});

const TopologyDatabase = z.object({
  id: z.string(),
  name: z.string(),
  vendor: z.string(),
  db_snapshots: z.array(TopologySnapshot),
  db_snapshot_allowed: z.boolean(),
  db_snapshot_disallowed_reason: z.string(),
  parent: z.nullable(z.object({ src_host_id: z.string(), src_db_id: z.string(), snap_id: z.string() })),
  source_host_id: z.nullable(z.string()),
  source_db_id: z.nullable(z.string()),
  source_db_name: z.nullable(z.string()),
  files: z.array(TopologyFile),
});

export const FlexTopology = z.array(
  z.object({
    host: z.object({
      id: z.string(),
      name: z.string(),
      last_seen_ts: z.int(),
      is_connected: z.boolean(),
      os: z.string(),
      agent_version: z.string(),
      iqn: z.string(),
      cloud_vendor: z.string(),
      cidrs: z.array(z.string()),
    }),
    sdps: z.array(z.object({ sdp_id: z.string(), host_name: z.string() })),
    databases: z.array(TopologyDatabase),
  }),
);
type FlexTopology = z.infer<typeof FlexTopology>;

export interface TopologyFacts {
  readonly nowSeconds: number;
  readonly hosts: readonly Host[];
  readonly databases: readonly Database[];
  readonly clones: readonly Clone[];
  readonly snapshots: readonly SnapshotOutline[];
}

const keyOf = (hostId: string, dbId: string): string => `${hostId}/${dbId}`;

/** Groups once, so that the work grows with the rows and not with their product. */
function groupBy<VALUE>(
  values: readonly VALUE[],
  keysOf: (value: VALUE) => readonly string[],
): ReadonlyMap<string, readonly VALUE[]> {
  const groups = new Map<string, VALUE[]>();
  for (const value of values) {
    for (const key of keysOf(value)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [value]);
      else group.push(value);
    }
  }
  return groups;
}

const topologySnapshot = (snapshot: SnapshotOutline): z.infer<typeof TopologySnapshot> => ({
  id: snapshot.snapshotId,
  timestamp: snapshot.takenAtSeconds,
  consistency_level: snapshot.consistencyLevel,
  db_ids: snapshot.databases.map((one) => one.dbId),
  deletable: isDeletable(snapshot),
});

function filesOf(database: Database): z.infer<typeof TopologyFile>[] {
  return database.files.flatMap((file) => {
    const volume = volumeOfFile(database, file.path);
    if (volume === undefined) return [];
    return [
      {
        sdp_id: volume.sdpId,
        name: file.name,
        size_mb: file.sizeMib,
        kind: file.kind,
        volume_id: volume.volumeId,
        volume_name: volume.volumeName,
        volume_group_id: volume.volumeGroupId,
        volume_group_name: volume.volumeGroupName,
        volume_scsi_sn: volume.serial,
      },
    ];
  });
}

function topologyDatabase(
  database: Database,
  made: Clone | undefined,
  snapshots: readonly SnapshotOutline[],
): z.infer<typeof TopologyDatabase> {
  const obstacle = snapshotObstacle(database);
  // A restored original is nobody's clone: scripts delete what has a parent.
  const clone = made === undefined || made.isRestored || !isDatabaseOf(made, database) ? undefined : made;
  return {
    id: database.dbId,
    name: database.name,
    vendor: database.vendor,
    db_snapshots: snapshots.map(topologySnapshot),
    db_snapshot_allowed: obstacle === '',
    db_snapshot_disallowed_reason: obstacle,
    parent:
      clone === undefined
        ? null
        : { src_host_id: clone.sourceHostId, src_db_id: clone.sourceDbId, snap_id: clone.snapshotId },
    source_host_id: clone?.sourceHostId ?? null,
    source_db_id: clone?.sourceDbId ?? null,
    source_db_name: clone?.sourceDbName ?? null,
    files: filesOf(database),
  };
}

/** Databases that are not on the array are left out: clients snapshot everything that is listed. */
export function flexTopology(facts: TopologyFacts): FlexTopology {
  const databases = groupBy(facts.databases, (database) => [database.hostId]);
  const clones = new Map(facts.clones.map((clone) => [keyOf(clone.hostId, clone.dbId), clone]));
  const snapshots = groupBy(facts.snapshots, (snapshot) =>
    snapshot.databases.map((database) => keyOf(snapshot.hostId, database.dbId)),
  );
  return facts.hosts.map((host) => {
    const live = (databases.get(host.hostId) ?? []).filter(
      (database) => database.generation === host.generation && isOnArray(database),
    );
    const sdpIds = [...new Set([host.sdpId, ...live.flatMap((one) => one.volumes.map((volume) => volume.sdpId))])];
    return {
      host: {
        id: host.hostId,
        name: host.hostName === '' ? host.hostId : host.hostName,
        last_seen_ts: host.lastSeenSeconds,
        is_connected: isConnected(host, facts.nowSeconds),
        os: host.hostOsVersion === '' ? host.hostOs : host.hostOsVersion,
        agent_version: host.agentVersion,
        iqn: host.hostIqn,
        cloud_vendor: host.cloudVendor,
        cidrs: [],
      },
      sdps: sdpIds.filter((id) => id !== '').map((id) => ({ sdp_id: id, host_name: host.hostId })),
      databases: live.map((database) => {
        const key = keyOf(database.hostId, database.dbId);
        return topologyDatabase(database, clones.get(key), snapshots.get(key) ?? []);
      }),
    };
  });
}
