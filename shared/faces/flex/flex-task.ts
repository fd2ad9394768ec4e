/** Tasks as the Flex API shows them. Contract, section 9. */
import * as z from 'zod/mini';
import type { CloneResult, Task, TaskState } from '../../domain/task.ts';

export const flexTaskStates = ['running', 'completed', 'failed', 'aborted'] as const;
export type FlexTaskState = (typeof flexTaskStates)[number];

const stateOf: Readonly<Record<TaskState, FlexTaskState>> = {
  queued: 'running',
  running: 'running',
  paused: 'running',
  canceling: 'running',
  done: 'completed',
  done_with_warning: 'completed',
  failed: 'failed',
  needs_attention: 'failed',
  canceled: 'aborted',
};

const ClonedDb = z.object({
  id: z.string(),
  name: z.string(),
  host_id: z.string(),
  source_host_id: z.string(),
  source_db_id: z.union([z.int(), z.string()]),
  source_db_name: z.string(),
});

export const FlexTask = z.object({
  state: z.enum(flexTaskStates),
  create_ts: z.int(),
  update_ts: z.int(),
  request_id: z.string(),
  owner: z.string(),
  command_type: z.string(),
  ref_id: z.string(),
  error: z.string(),
  result: z.nullable(
    z.object({ db_snapshot: z.optional(z.object({ id: z.string() })), cloned_dbs: z.optional(z.array(ClonedDb)) }),
  ),
  location: z.string(),
});
export type FlexTask = z.infer<typeof FlexTask>;

const taskLocation = (requestId: string): string => `/api/echo/v1/tasks/${requestId}`;

/** The contract's samples show an integer for a clone's source id; engines' ids are all digits. */
const wireDbId = (dbId: string): number | string => (/^[0-9]{1,15}$/.test(dbId) ? Number(dbId) : dbId);

const clonedDb = (clone: CloneResult) => ({
  id: clone.id,
  name: clone.name,
  host_id: clone.hostId,
  source_host_id: clone.sourceHostId,
  source_db_id: wireDbId(clone.sourceDbId),
  source_db_name: clone.sourceDbName,
});

/** The state that the task shows: one of four, of which all but `running` are final to clients. */
export const flexTaskState = (task: Task): FlexTaskState => stateOf[task.state];

export function flexTask(task: Task): FlexTask {
  const state = flexTaskState(task);
  const { result } = task;
  return {
    state,
    create_ts: task.createdAtSeconds,
    update_ts: task.updatedAtSeconds,
    request_id: task.requestId,
    owner: task.owner,
    command_type: task.commandType,
    ref_id: task.refId,
    error: state === 'failed' || state === 'aborted' ? task.error : '',
    result:
      state !== 'completed' || result === null
        ? null
        : {
            ...(result.snapshotId === undefined ? {} : { db_snapshot: { id: result.snapshotId } }),
            ...(result.clones === undefined ? {} : { cloned_dbs: result.clones.map(clonedDb) }),
          },
    location: taskLocation(task.requestId),
  };
}

/** The first answer always says `running`: clients crash when it is final already. Contract, section 9. */
export const firstAnswer = (task: Task): FlexTask => ({ ...flexTask(task), state: 'running', result: null, error: '' });
