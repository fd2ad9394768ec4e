/** Snapshots as the Flex API lists them. Contract, section 10. */
import * as z from 'zod/mini';
import type { Snapshot } from '../../domain/snapshot.ts';

export const FlexSnapshot = z.object({
  id: z.string(),
  host_id: z.string(),
  host_name: z.string(),
  sdp_id: z.string(),
  vg_snapshot_ids: z.array(z.int()),
  databases: z.array(z.object({ db_id: z.string(), db_name: z.string() })),
  timestamp: z.int(),
  consistency_level: z.enum(['application', 'crash']),
  db_engine_version: z.string(),
  is_vss_based: z.boolean(),
});

export const flexSnapshot = (snapshot: Snapshot): z.infer<typeof FlexSnapshot> => ({
  id: snapshot.snapshotId,
  host_id: snapshot.hostId,
  host_name: snapshot.hostName,
  sdp_id: snapshot.sdpId,
  vg_snapshot_ids: snapshot.arraySnapshots.map((one) => one.arrayId),
  databases: snapshot.databases.map((one) => ({ db_id: one.dbId, db_name: one.dbName })),
  timestamp: snapshot.takenAtSeconds,
  consistency_level: snapshot.consistencyLevel,
  db_engine_version: snapshot.dbEngineVersion,
  is_vss_based: snapshot.isVssBased,
});
