/**
 * How a snapshot lies in its row: what never changes is two texts, because the topology walks over the rows of all snapshots,
 * and what a walk costs grows with the number of values in them (docs/bench.md).
 */
import type { Snapshot } from '../../domain/snapshot.ts';

/** What the topology shows. */
export type StoredOutline = Pick<Snapshot, 'hostId' | 'takenAtSeconds' | 'consistencyLevel'> & {
  readonly dbIds: readonly string[];
};

/** What is read of one snapshot at a time. */
export type StoredDetail = Pick<
  Snapshot,
  'hostName' | 'sdpId' | 'databases' | 'arraySnapshots' | 'dbEngineVersion' | 'isVssBased'
>;

/** Without pins and exclusive mode, which whoever writes the row decides. */
export function snapshotRow(snapshot: Omit<Snapshot, 'pins' | 'exclusiveBy'>) {
  const { snapshotId, state, requestId, scheduleId, hostId, takenAtSeconds, consistencyLevel } = snapshot;
  const { hostName, sdpId, databases, arraySnapshots, dbEngineVersion, isVssBased } = snapshot;
  const dbIds = databases.map(({ dbId }) => dbId);
  const outline: StoredOutline = { hostId, takenAtSeconds, consistencyLevel, dbIds };
  const detail: StoredDetail = { hostName, sdpId, databases, arraySnapshots, dbEngineVersion, isVssBased };
  return { snapshotId, state, requestId, scheduleId, outline, detail };
}
