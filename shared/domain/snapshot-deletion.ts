/** May this snapshot be deleted? Flex contract, sections 7.5, 8 and 11. */
import { type Issue, issue } from './issue.ts';
import type { DeleteSnapshotPlan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

export function snapshotDeletionIssues(snapshot: Snapshot): readonly Issue[] {
  const { snapshotId } = snapshot;
  const body = { snapshot_id: snapshotId };
  if (snapshot.exclusiveBy !== '') {
    return [issue('RESOURCE_IS_LOCKED', `snapshot '${snapshotId}' is being deleted by a running task`, body)];
  }
  const pins = [...snapshot.pins];
  const clones = pins
    .filter((pin) => pin.startsWith('clone#'))
    .map((pin) => pin.slice('clone#'.length).replace('#', '/'));
  if (clones.length > 0) {
    return [
      issue('DB_SNAPSHOT_IS_IN_USE', `snapshot '${snapshotId}' is in use by the clones ${clones.join(', ')}`, body),
    ];
  }
  if (pins.length > 0) {
    return [issue('RESOURCE_IS_LOCKED', `snapshot '${snapshotId}' is being read by a running task`, body)];
  }
  return [];
}

export const snapshotDeletionPlan = (snapshot: Snapshot): DeleteSnapshotPlan => ({
  flow: 'delete-snapshot',
  snapshotId: snapshot.snapshotId,
  sdpId: snapshot.sdpId,
  arraySnapshots: snapshot.arraySnapshots.map((one) => one.name),
});
