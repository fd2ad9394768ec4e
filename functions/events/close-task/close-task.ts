/**
 * Told by Step Functions that an execution ended: when its task did not end with it, the task is repaired now and not
 * at the next tick. Events come twice, late or never; the sweeper stays behind this as the safety net.
 */
import * as z from 'zod/mini';
import { undoMeans } from '../../../shared/domain/effect.ts';
import type { ExecutionStatus } from '../../../shared/domain/recovery.ts';
import { flowOf, isFinal, type Task } from '../../../shared/domain/task.ts';
import type { Store } from '../../../shared/ports/store.ts';
import { recoverTask, type RepairDeps, type Repaired } from '../../../shared/use-cases/repair.ts';

export interface CloseTaskDeps extends RepairDeps {
  readonly store: Store;
  readonly settings: RepairDeps['settings'] & {
    /** Followed by the flow's name: the ARN of its state machine. */
    readonly flowArnPrefix: string;
  };
}

const endings = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
type Ending = (typeof endings)[number];

/** As EventBridge brings it; fields that are not needed are left out. */
const ExecutionEnded = z.object({
  source: z.literal('aws.states'),
  'detail-type': z.literal('Step Functions Execution Status Change'),
  detail: z.object({ stateMachineArn: z.string(), name: z.string(), status: z.enum(endings) }),
});

const executionStatus: Readonly<Record<Ending, ExecutionStatus>> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'stopped',
  ABORTED: 'stopped',
};

/** The reverse of `executionName`; null for an execution that a person started under a name of their own. */
function attemptOf(name: string): { readonly requestId: string; readonly attempt: number } | null {
  const [, requestId, attempt] = /^(.+)-(\d+)$/.exec(name) ?? [];
  return requestId === undefined ? null : { requestId, attempt: Number(attempt) };
}

/** The task whose current attempt this execution is, as long as something may have to be done about it. */
async function openTaskOf(
  deps: CloseTaskDeps,
  execution: { readonly name: string; readonly stateMachineArn: string },
): Promise<Task | undefined> {
  const named = attemptOf(execution.name);
  if (named === null) return undefined;
  const task = await deps.store.getTask(named.requestId);
  if (task?.attempt !== named.attempt || isFinal(task.state)) return undefined;
  return execution.stateMachineArn === `${deps.settings.flowArnPrefix}${flowOf(task)}` ? task : undefined;
}

/**
 * StopExecution and a time-out end an execution, not the function it has called: what that one is just making on the
 * array would come to be behind the back of the unwind. The sweeper comes later, and most of the time that call is over then.
 */
async function mayStillAct(deps: CloseTaskDeps, task: Task, ending: Ending): Promise<boolean> {
  if (task.phase === 'unwind' || ending === 'SUCCEEDED' || ending === 'FAILED') return false;
  const effects = await deps.store.listEffects(task.requestId);
  return effects.some((effect) => effect.state === 'intended' && undoMeans(effect) === 'array');
}

/**
 * The way back is taken once, and only a person stops an execution: such ends cannot repeat themselves, and nothing is
 * waited for. What is driven again can end the same way again, event after event: the grace keeps those tries apart.
 */
const graceSecondsFor = (deps: CloseTaskDeps, task: Task, ending: Ending): number =>
  ending === 'ABORTED' || (task.phase === 'forward' && !task.pastPointOfNoReturn) ? 0 : deps.settings.startGraceSeconds;

/** What was done about the execution's task. Throws `ZodError` for an event that is not one, and what the ports throw. */
export async function closeTask(deps: CloseTaskDeps, event: unknown): Promise<Repaired> {
  const { detail } = z.parse(ExecutionEnded, event);
  const task = await openTaskOf(deps, detail);
  // A task that needs attention has said so itself, and is tried again in the sweeper's time.
  if (task === undefined || task.state === 'needs_attention') return 'leave';
  if (await mayStillAct(deps, task, detail.status)) return 'leave';
  const graceSeconds = graceSecondsFor(deps, task, detail.status);
  const action = await recoverTask(deps, task, executionStatus[detail.status], graceSeconds);
  if (action !== 'leave') deps.log.warn('task repaired', { request_id: task.requestId, action, ended: detail.status });
  return action;
}
