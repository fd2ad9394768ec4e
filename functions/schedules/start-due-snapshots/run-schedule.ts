/** The run of a schedule at its due instant: claimed and recorded in one transaction, so that it happens once. */
import {
  afterDue,
  runRequestId,
  type SnapshotSchedule,
  snapshotRequestOf,
} from '../../../shared/domain/snapshot-schedule.ts';
import { isFinal } from '../../../shared/domain/task.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { ScheduleStore, TaskStore } from '../../../shared/ports/store.ts';
import { type SnapshotTaskDeps, startSnapshot } from '../../../shared/use-cases/snapshot-tasks.ts';
import { taskOrder } from './task-order.ts';

export interface RunDeps extends SnapshotTaskDeps {
  readonly store: SnapshotTaskDeps['store'] & Pick<ScheduleStore, 'claimSnapshotSchedule'> & Pick<TaskStore, 'getTask'>;
  readonly log: Log;
}

/** The task of the schedule's last run is not over. */
export async function isRunUnderWay(
  deps: { readonly store: Pick<TaskStore, 'getTask'> },
  schedule: SnapshotSchedule,
): Promise<boolean> {
  if (schedule.lastRequestId === '') return false;
  const task = await deps.store.getTask(schedule.lastRequestId);
  return task !== undefined && !isFinal(task.state);
}

/** The due instant passes without a task; the schedule says why. */
async function miss(deps: RunDeps, schedule: SnapshotSchedule, now: number, error: string) {
  const claim = await deps.store.claimSnapshotSchedule(schedule, afterDue(schedule, now, { error }), null);
  if (claim !== 'claimed') return 'elsewhere';
  deps.log.warn('scheduled snapshot missed', { schedule_id: schedule.scheduleId, error });
  return 'missed';
}

/** `elsewhere`: another tick came first. Throws when the task was recorded and could not be started: the sweeper does. */
export async function runSchedule(
  deps: RunDeps,
  schedule: SnapshotSchedule,
  now: number,
): Promise<'started' | 'missed' | 'elsewhere'> {
  // A host that is silent for a day must not find a day's runs in its queue.
  if (await isRunUnderWay(deps, schedule)) {
    return await miss(deps, schedule, now, `the run before, task ${schedule.lastRequestId}, is not over`);
  }
  const requestId = runRequestId(schedule);
  const next = afterDue(schedule, now, { requestId });
  const run = await startSnapshot(
    deps,
    taskOrder(schedule, requestId),
    snapshotRequestOf(schedule),
    async (task, audit) => {
      const claim = await deps.store.claimSnapshotSchedule(schedule, next, { task, audit });
      return claim === 'claimed' ? 'recorded' : claim;
    },
  );
  switch (run.outcome) {
    case 'started':
      deps.log.info('scheduled snapshot begun', { schedule_id: schedule.scheduleId, request_id: requestId });
      return 'started';
    case 'forbidden':
      return await miss(deps, schedule, now, run.issues.map((one) => one.description).join('; '));
    case 'known':
      // Somebody set the schedule back to an instant that had its run.
      await deps.store.claimSnapshotSchedule(schedule, next, null);
      return 'elsewhere';
    case 'missed':
      return 'elsewhere';
  }
}
