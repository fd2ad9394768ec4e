import { schedulePrincipal, type SnapshotSchedule } from '../../../shared/domain/snapshot-schedule.ts';
import type { TaskOrder } from '../../../shared/use-cases/start-task.ts';

/** Nobody called: the reference is made of the task's id, as long as one that the API makes. */
export const taskOrder = (schedule: SnapshotSchedule, requestId: string): TaskOrder => ({
  requestId,
  principal: schedulePrincipal(schedule),
  refId: `self-${requestId.slice(-8)}`,
  sourceIp: '',
  claim: null,
});
