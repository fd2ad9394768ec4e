/** May this snapshot be deleted? Flex contract, sections 7.5, 8 and 11. */
import { type Issue, issue } from './issue.ts';
import type { DeleteSnapshotPlan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

/** A snapshot that is being deleted is given to nobody: no action waits for it. */
export const snapshotLockIssues = ({ snapshotId, exclusiveBy }: Snapshot): readonly Issue[] =>
  exclusiveBy === ''
    ? []
    : [
        issue('RESOURCE_IS_LOCKED', `snapshot '${snapshotId}' is being deleted by a running task`, {
          snapshot_id: snapshotId,
        }),
      ];

/** Clones made from the snapshot, as `host/id`. */
const clonesOf = (snapshot: Snapshot): readonly string[] =>
  [...snapshot.pins]
    .filter((pin) => pin.startsWith('clone#'))
    .map((pin) => pin.slice('clone#'.length).replace('#', '/'));

export function snapshotDeletionIssues(snapshot: Snapshot): readonly Issue[] {
  const { snapshotId } = snapshot;
  const body = { snapshot_id: snapshotId };
  const locked = snapshotLockIssues(snapshot);
  if (locked.length > 0) return locked;
  const clones = clonesOf(snapshot);
  if (clones.length > 0) {
    return [
      issue('DB_SNAPSHOT_IS_IN_USE', `snapshot '${snapshotId}' is in use by the clones ${clones.join(', ')}`, body),
    ];
  }
  if (snapshot.pins.size > 0) {
    return [issue('RESOURCE_IS_LOCKED', `snapshot '${snapshotId}' is being read by a running task`, body)];
  }
  return [];
}

export const snapshotDeletionPlan = (snapshot: Snapshot): DeleteSnapshotPlan => ({
  flow: 'delete-snapshot',
  snapshotId: snapshot.snapshotId,
  sdpId: snapshot.sdpId,
});
