/** Copies of databases in a snapshot, as a task is to make them on hosts. */
import { createHash } from 'node:crypto';
import type { CopyPlan, Plan } from './plan.ts';
import type { Task } from './task.ts';

export interface CopyOrder {
  readonly hostId: string;
  /** The clone's name; for a refresh the one the copy bears until it takes the database's place. */
  readonly dbName: string;
  readonly sourceDbId: string;
  /** Made and checked beside the database whose place it is to take, and shown to nobody until then. */
  readonly isStaged: boolean;
}

export const makesCopies = (plan: Plan): plan is CopyPlan =>
  plan.flow === 'create-clone' || plan.flow === 'import-snapshot' || plan.flow === 'refresh';

/** Nobody chooses such a name: a repeated step finds its own. */
const stagingName = (requestId: string, index: number): string =>
  `reprise_staged_${createHash('sha256')
    .update(`${requestId}/${String(index)}`)
    .digest('hex')
    .slice(0, 24)}`;

/** In the order of the plan: their indices are what flows pass around. */
export function copiesOf({ requestId, plan }: Pick<Task, 'requestId' | 'plan'>): readonly CopyOrder[] {
  if (!makesCopies(plan)) return [];
  if (plan.flow !== 'refresh') return plan.destinations.map((one) => ({ ...one, isStaged: false }));
  return plan.databases.map(({ sourceDbId }, index) => ({
    hostId: plan.hostId,
    dbName: stagingName(requestId, index),
    sourceDbId,
    isStaged: true,
  }));
}

/** The snapshot that the task's copies are made from; '' before one was recorded. */
export const copiedSnapshotId = ({ plan, snapshotId }: Pick<Task, 'plan' | 'snapshotId'>): string =>
  plan.flow === 'import-snapshot' || plan.flow === 'refresh' ? plan.snapshotId : snapshotId;

/** `{name}_bkp_{YYYYMMDDTHHMMSSZ}`, UTC. Flex contract, section 7.6. */
export const backupNameOf = (dbName: string, atSeconds: number): string =>
  `${dbName}_bkp_${new Date(atSeconds * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
