/** Retention of one schedule: its own snapshots beyond the newest it keeps are deleted, as somebody's call would. */
import {
  afterTidying,
  beyondRetention,
  deletionRequestId,
  type SnapshotSchedule,
} from '../../../shared/domain/snapshot-schedule.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { CatalogStore, ScheduleStore, TaskStore } from '../../../shared/ports/store.ts';
import { type SnapshotTaskDeps, startSnapshotDeletion } from '../../../shared/use-cases/snapshot-tasks.ts';
import { isRunUnderWay } from './run-schedule.ts';
import { taskOrder } from './task-order.ts';

export interface TidyDeps extends SnapshotTaskDeps {
  readonly store: SnapshotTaskDeps['store'] & Pick<ScheduleStore, 'claimSnapshotSchedule'> & Pick<TaskStore, 'getTask'>;
  /** All available ones, as this tick saw them: whether one may go is decided again when its deletion is recorded. */
  readonly listSnapshots: CatalogStore['listSnapshots'];
  readonly log: Log;
}

/** A schedule that keeps far fewer than before must not flood the array, nor keep others waiting: the rest comes later. */
const maxDeletionsAtOnce = 20;

/**
 * Begins the deletions, then moves the schedule on: who dies in between does the same again under the same request ids.
 * A snapshot that somebody needs is left, and one whose deletion fails stays: both are looked at after the next run.
 * `schedule`: as it stands afterwards, undefined when another tick moved it.
 */
export async function tidySchedule(
  deps: TidyDeps,
  schedule: SnapshotSchedule,
  now: number,
): Promise<{ readonly deleting: number; readonly schedule: SnapshotSchedule | undefined }> {
  const isUnderWay = await isRunUnderWay(deps, schedule);
  const excess = isUnderWay ? [] : beyondRetention(schedule, await deps.listSnapshots());
  let deleting = 0;
  for (const snapshot of excess.slice(0, maxDeletionsAtOnce)) {
    const order = taskOrder(schedule, deletionRequestId(schedule, snapshot.snapshotId));
    const { outcome } = await startSnapshotDeletion(deps, order, snapshot);
    if (outcome === 'started') deleting += 1;
    deps.log.info('snapshot beyond retention', {
      schedule_id: schedule.scheduleId,
      snapshot_id: snapshot.snapshotId,
      outcome,
    });
  }
  const next = afterTidying(schedule, now, isUnderWay || excess.length > maxDeletionsAtOnce);
  const claim = await deps.store.claimSnapshotSchedule(schedule, next, null);
  return { deleting, schedule: claim === 'claimed' ? next : undefined };
}
