/**
 * Records and starts a task, for whoever asks: a call or a schedule. One transaction writes the task and its audit entry;
 * a process that dies after it leaves the start to the sweeper.
 */
import type { CallClaim } from '../domain/call-record.ts';
import type { Issue } from '../domain/issue.ts';
import { type Plan, reservedLockKeys } from '../domain/plan.ts';
import { type CommandType, queuedTask, type Task } from '../domain/task.ts';
import { type Clock, nowSeconds } from '../ports/clock.ts';
import type { FlowsPort } from '../ports/flows.ts';
import type { AuditEntry, RecordGuards, TaskStore } from '../ports/store.ts';
import { startAttempt } from './attempts.ts';

/** Who asks, under which ids. */
export interface TaskOrder {
  readonly requestId: string;
  readonly principal: string;
  readonly refId: string;
  /** '' when nobody called. */
  readonly sourceIp: string;
  /** Of the call that asks, null when nobody called: no repeat of it records a second task. */
  readonly claim: CallClaim | null;
}

/** What the task is to do. */
export interface TaskContent {
  readonly commandType: CommandType;
  readonly plan: Plan;
  /** For the audit entry: what is asked for, as routes name it, and ids of what it touches. */
  readonly operation: string;
  readonly subject: string;
}

export interface StartTaskDeps {
  readonly flows: Pick<FlowsPort, 'start'>;
  readonly clock: Clock;
}

export type TaskStart<REFUSED extends string> =
  | { readonly outcome: 'started'; readonly task: Task }
  /** The transaction was refused: nothing was written. `sdpId`: the array it was to work on. */
  | { readonly outcome: REFUSED; readonly sdpId: string };

/** Rules forbid it: no task. */
export interface ForbiddenTask {
  readonly outcome: 'forbidden';
  readonly issues: readonly Issue[];
}

/** Writes task and audit entry in one transaction; anything but `recorded`: it wrote nothing. */
export type RecordTask<REFUSED extends string> = (task: Task, audit: AuditEntry) => Promise<'recorded' | REFUSED>;

/** Why the store records no task. */
export type Unrecorded = Exclude<Awaited<ReturnType<TaskStore['recordTask']>>, 'recorded'>;

/** Records the task with the names it will make reserved, and nothing else with it. */
export const recordUnder =
  (
    store: Pick<TaskStore, 'recordTask'>,
    guards: Partial<Pick<RecordGuards, 'hosts' | 'exclusiveSnapshots' | 'pinnedSnapshot'>> = {},
  ): RecordTask<Unrecorded> =>
  (task, audit) =>
    store.recordTask(task, audit, {
      reserve: reservedLockKeys(task.plan),
      hosts: [],
      exclusiveSnapshots: [],
      pinnedSnapshot: null,
      ...guards,
    });

/** Throws what the start of the flow throws: the task is recorded then, and the sweeper starts it. */
export async function startTask<REFUSED extends string>(
  deps: StartTaskDeps,
  order: TaskOrder,
  content: TaskContent,
  record: RecordTask<REFUSED>,
): Promise<TaskStart<REFUSED>> {
  const { requestId, principal, refId, sourceIp, claim } = order;
  const { commandType, plan, operation, subject } = content;
  const task = queuedTask({ requestId, principal, refId, commandType, plan }, nowSeconds(deps.clock));
  const atMilliseconds = deps.clock.nowMilliseconds();
  const audit = { atMilliseconds, principal, operation, refId, sourceIp, subject, requestId, claim };
  const outcome = await record(task, audit);
  if (outcome !== 'recorded') return { outcome, sdpId: plan.sdpId };
  await startAttempt(deps, task);
  return { outcome: 'started', task };
}
