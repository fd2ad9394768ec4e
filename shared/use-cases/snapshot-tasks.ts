/**
 * Records and starts the tasks that take and delete snapshots, for whoever asks: a call or a schedule. One transaction
 * writes the task and its audit entry; a process that dies after it leaves the start to the sweeper.
 */
import type { CallClaim } from '../domain/call-record.ts';
import type { Issue } from '../domain/issue.ts';
import type { Plan } from '../domain/plan.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { snapshotDeletionIssues, snapshotDeletionPlan } from '../domain/snapshot-deletion.ts';
import {
  type SnapshotFacts,
  snapshotIssues,
  snapshotPlan,
  type SnapshotRequest,
} from '../domain/snapshot-validation.ts';
import { type CommandType, queuedTask, type Task } from '../domain/task.ts';
import { type Clock, nowSeconds } from '../ports/clock.ts';
import type { FlowsPort } from '../ports/flows.ts';
import type { AuditEntry, DatabaseStore, HostStore, TaskStore } from '../ports/store.ts';
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

export interface SnapshotTaskDeps {
  readonly store: Pick<TaskStore, 'recordTask'> & Pick<HostStore, 'getHost'> & Pick<DatabaseStore, 'listDatabases'>;
  readonly flows: Pick<FlowsPort, 'start'>;
  readonly clock: Clock;
}

export type TaskStart<REFUSED extends string> =
  | { readonly outcome: 'started'; readonly task: Task }
  /** Rules forbid it: no task. */
  | { readonly outcome: 'forbidden'; readonly issues: readonly Issue[] }
  /** The transaction was refused: nothing was written. `sdpId`: the array it was to work on. */
  | { readonly outcome: REFUSED; readonly sdpId: string };

/** Writes task and audit entry in one transaction; anything but `recorded`: it wrote nothing. */
type RecordTask<REFUSED extends string> = (task: Task, audit: AuditEntry) => Promise<'recorded' | REFUSED>;

/** Why the store records no task. */
type Unrecorded = Exclude<Awaited<ReturnType<TaskStore['recordTask']>>, 'recorded'>;

const nothingReserved = { reserve: [], hosts: [], exclusiveSnapshot: null } as const;

/** What the rules look at; rows of an earlier registration of the host are not live. */
export async function snapshotFacts(
  { store, clock }: Pick<SnapshotTaskDeps, 'store' | 'clock'>,
  hostId: string,
): Promise<SnapshotFacts> {
  const [host, databases] = await Promise.all([store.getHost(hostId), store.listDatabases(hostId)]);
  return {
    nowSeconds: nowSeconds(clock),
    host,
    databases: databases.filter((one) => one.generation === host?.generation),
  };
}

async function start<REFUSED extends string>(
  deps: SnapshotTaskDeps,
  order: TaskOrder,
  what: { readonly commandType: CommandType; readonly plan: Plan; readonly subject: string },
  record: RecordTask<REFUSED>,
): Promise<TaskStart<REFUSED>> {
  const { requestId, principal, refId, sourceIp, claim } = order;
  const { commandType, plan, subject } = what;
  const task = queuedTask({ requestId, principal, refId, commandType, plan }, nowSeconds(deps.clock));
  const atMilliseconds = deps.clock.nowMilliseconds();
  const audit = { atMilliseconds, principal, operation: plan.flow, refId, sourceIp, subject, requestId, claim };
  const outcome = await record(task, audit);
  if (outcome !== 'recorded') return { outcome, sdpId: plan.sdpId };
  await startAttempt(deps, task);
  return { outcome: 'started', task };
}

/**
 * Takes a snapshot. Flex contract, section 7.1. `record` is how the task comes into being: `recordAlone` for one that
 * somebody asked for; a schedule moves on in the same transaction.
 *
 * Throws what the start of the flow throws: the task is recorded then, and the sweeper starts it.
 */
export async function startSnapshot<REFUSED extends string>(
  deps: SnapshotTaskDeps,
  order: TaskOrder,
  request: SnapshotRequest,
  record: RecordTask<REFUSED>,
): Promise<TaskStart<REFUSED>> {
  const facts = await snapshotFacts(deps, request.hostId);
  const issues = snapshotIssues(request, facts);
  if (issues.length > 0) return { outcome: 'forbidden', issues };
  const plan = snapshotPlan(request, facts);
  const subject = plan.sources.map((source) => `${plan.sourceHostId}/${source.dbName}`).join(',');
  return await start(deps, order, { commandType: 'CreateDBSnapshotCommand', plan, subject }, record);
}

/** Records the task and nothing else with it. */
export const recordAlone =
  (store: Pick<TaskStore, 'recordTask'>): RecordTask<Unrecorded> =>
  (task, audit) =>
    store.recordTask(task, audit, nothingReserved);

/** Deletes a snapshot that nobody needs. Flex contract, section 7.5. `pinned`: somebody came to need it meanwhile. */
export async function startSnapshotDeletion(
  deps: SnapshotTaskDeps,
  order: TaskOrder,
  snapshot: Snapshot,
): Promise<TaskStart<Unrecorded>> {
  const issues = snapshotDeletionIssues(snapshot);
  if (issues.length > 0) return { outcome: 'forbidden', issues };
  const plan = snapshotDeletionPlan(snapshot);
  const subject = snapshot.snapshotId;
  return await start(deps, order, { commandType: 'DeleteDBSnapshotCommand', plan, subject }, (task, audit) =>
    deps.store.recordTask(task, audit, { ...nothingReserved, exclusiveSnapshot: subject }),
  );
}
