/**
 * Each tick: takes the snapshots that are due, and deletes what their schedules keep no longer. Reads only the schedules
 * that are due. Run twice at once, or again after a death at any line, it does everything once.
 */
import { isRunDue, isTidyingDue, type SnapshotSchedule } from '../../../shared/domain/snapshot-schedule.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { CatalogStore, ScheduleStore } from '../../../shared/ports/store.ts';
import { type RunDeps, runSchedule } from './run-schedule.ts';
import { type TidyDeps, tidySchedule } from './tidy-schedule.ts';

export interface StartDueSnapshotsDeps extends RunDeps {
  readonly store: RunDeps['store'] &
    Pick<ScheduleStore, 'listDueSnapshotSchedules'> &
    Pick<CatalogStore, 'listSnapshots'>;
}

export interface TickCounts {
  /** Snapshots begun. */
  started: number;
  /** Due instants that passed without one. */
  missed: number;
  /** Deletions begun. */
  deleting: number;
  /** Schedules that another tick looks at again. */
  failed: number;
}

/** Tidies first: a run puts the next tidying off. */
async function attend(deps: RunDeps & TidyDeps, due: SnapshotSchedule, now: number, counts: TickCounts) {
  let schedule: SnapshotSchedule | undefined = due;
  if (isTidyingDue(schedule, now)) {
    const tidied = await tidySchedule(deps, schedule, now);
    counts.deleting += tidied.deleting;
    schedule = tidied.schedule;
  }
  if (schedule === undefined || !isRunDue(schedule, now)) return;
  const run = await runSchedule(deps, schedule, now);
  if (run === 'started') counts.started += 1;
  if (run === 'missed') counts.missed += 1;
}

export async function startDueSnapshots(given: StartDueSnapshotsDeps): Promise<TickCounts> {
  // All snapshots lie in one partition: read once, and only when some schedule is to be tidied.
  let snapshots: ReturnType<CatalogStore['listSnapshots']> | undefined;
  const deps = { ...given, listSnapshots: () => (snapshots ??= given.store.listSnapshots()) };
  const counts: TickCounts = { started: 0, missed: 0, deleting: 0, failed: 0 };
  const now = nowSeconds(deps.clock);
  for (const schedule of await deps.store.listDueSnapshotSchedules(now)) {
    try {
      await attend(deps, schedule, now, counts);
    } catch (error) {
      // One schedule that cannot be attended to must not keep the others from it; the next tick tries again.
      counts.failed += 1;
      deps.log.error('schedule not attended to', { schedule_id: schedule.scheduleId, error: String(error) });
    }
  }
  return counts;
}
