/** Tasks that take and delete snapshots, for whoever asks: a call or a schedule. */
import { liveDatabases } from '../domain/database.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { snapshotDeletionIssues, snapshotDeletionPlan } from '../domain/snapshot-deletion.ts';
import {
  type SnapshotFacts,
  snapshotIssues,
  snapshotPlan,
  type SnapshotRequest,
} from '../domain/snapshot-validation.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { DatabaseStore, HostStore, TaskStore } from '../ports/store.ts';
import {
  type ForbiddenTask,
  type RecordTask,
  recordUnder,
  startTask,
  type StartTaskDeps,
  type TaskOrder,
  type TaskStart,
  type Unrecorded,
} from './start-task.ts';

export interface SnapshotTaskDeps extends StartTaskDeps {
  readonly store: Pick<TaskStore, 'recordTask'> & Pick<HostStore, 'getHost'> & Pick<DatabaseStore, 'listDatabases'>;
}

/** What the rules look at. */
export async function snapshotFacts(
  { store, clock }: Pick<SnapshotTaskDeps, 'store' | 'clock'>,
  hostId: string,
): Promise<SnapshotFacts> {
  const [host, databases] = await Promise.all([store.getHost(hostId), store.listDatabases(hostId)]);
  return { nowSeconds: nowSeconds(clock), host, databases: liveDatabases(host, databases) };
}

/**
 * Takes a snapshot. Flex contract, section 7.1. `record` is how the task comes into being: `recordUnder` for one that
 * somebody asked for; a schedule moves on in the same transaction. Throws as `startTask` does.
 */
export async function startSnapshot<REFUSED extends string>(
  deps: SnapshotTaskDeps,
  order: TaskOrder,
  request: SnapshotRequest,
  record: RecordTask<REFUSED>,
): Promise<TaskStart<REFUSED> | ForbiddenTask> {
  const facts = await snapshotFacts(deps, request.hostId);
  const issues = snapshotIssues(request, facts);
  if (issues.length > 0) return { outcome: 'forbidden', issues };
  const plan = snapshotPlan(request, facts);
  const subject = plan.sources.map((source) => `${plan.sourceHostId}/${source.dbName}`).join(',');
  const content = { operation: 'create-snapshot', commandType: 'CreateDBSnapshotCommand', plan, subject } as const;
  return await startTask(deps, order, content, record);
}

/** Deletes a snapshot that nobody needs. Flex contract, section 7.5. `pinned`: somebody came to need it meanwhile. */
export async function startSnapshotDeletion(
  deps: SnapshotTaskDeps,
  order: TaskOrder,
  snapshot: Snapshot,
): Promise<TaskStart<Unrecorded> | ForbiddenTask> {
  const issues = snapshotDeletionIssues(snapshot);
  if (issues.length > 0) return { outcome: 'forbidden', issues };
  const plan = snapshotDeletionPlan(snapshot);
  const subject = snapshot.snapshotId;
  const record = recordUnder(deps.store, { exclusiveSnapshots: [subject] });
  const content = { operation: 'delete-snapshot', commandType: 'DeleteDBSnapshotCommand', plan, subject } as const;
  return await startTask(deps, order, content, record);
}
