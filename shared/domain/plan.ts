/** What a task is to do, fixed when it is recorded. Flows pass ids only; every step reads the plan from the task. */
import type { DatabaseVendor } from './host.ts';
import { lockKey } from './lock.ts';
import type { ConsistencyLevel } from './snapshot.ts';

export interface CloneSource {
  readonly dbId: string;
  readonly dbName: string;
  readonly vendor: DatabaseVendor;
}

export interface CloneDestination {
  readonly hostId: string;
  readonly dbName: string;
  readonly sourceDbId: string;
}

/** What every plan says. */
interface OnArray {
  /** The one array that the task works on; '' in a plan recorded before arrays had names: the deployment's. */
  readonly sdpId: string;
}

export interface CreateClonePlan extends OnArray {
  readonly flow: 'create-clone';
  readonly sourceHostId: string;
  readonly sources: readonly CloneSource[];
  readonly destinations: readonly CloneDestination[];
  readonly namePrefix: string;
  readonly consistencyLevel: ConsistencyLevel;
  readonly targetState: 'online' | 'recovery';
  readonly forceVss: boolean;
}

export interface CreateSnapshotPlan extends OnArray {
  readonly flow: 'create-snapshot';
  readonly sourceHostId: string;
  readonly sources: readonly CloneSource[];
  readonly namePrefix: string;
  readonly consistencyLevel: ConsistencyLevel;
  readonly forceVss: boolean;
  /** The schedule whose run this is and whose retention counts the snapshot; '' for one that somebody asked for. */
  readonly scheduleId: string;
}

export interface DeleteClonePlan extends OnArray {
  readonly flow: 'delete-clone';
  readonly hostId: string;
  readonly dbId: string;
  readonly dbName: string;
  readonly views: readonly string[];
  readonly snapshotId: string;
}

export interface DeleteSnapshotPlan extends OnArray {
  readonly flow: 'delete-snapshot';
  readonly snapshotId: string;
  readonly arraySnapshots: readonly string[];
}

export type Plan = CreateClonePlan | CreateSnapshotPlan | DeleteClonePlan | DeleteSnapshotPlan;
/** Plans of the flows that take a snapshot of source databases. */
export type SourcePlan = CreateClonePlan | CreateSnapshotPlan;
export type FlowName = Plan['flow'];

export const takesSnapshot = (plan: Plan): plan is SourcePlan =>
  plan.flow === 'create-clone' || plan.flow === 'create-snapshot';

/** Keys of the databases the task reads: held only while they are frozen and snapshotted. */
export const sourceLockKeys = (plan: SourcePlan): readonly string[] =>
  plan.sources.map((source) => lockKey(plan.sourceHostId, source.dbName));

/** Keys reserved when the task is recorded: the names of the databases it makes. */
export const reservedLockKeys = (plan: Plan): readonly string[] =>
  plan.flow === 'create-clone' ? plan.destinations.map((one) => lockKey(one.hostId, one.dbName)) : [];

/** Every lock the task may hold or wait for. */
export function lockKeysOf(plan: Plan): readonly string[] {
  switch (plan.flow) {
    case 'create-clone':
      return [...sourceLockKeys(plan), ...reservedLockKeys(plan)];
    case 'create-snapshot':
      return sourceLockKeys(plan);
    case 'delete-clone':
      return [lockKey(plan.hostId, plan.dbName)];
    case 'delete-snapshot':
      return [];
  }
}

/** Hosts that the task works on; none where it only removes something from the array. */
export function hostsOf(plan: Plan): readonly string[] {
  switch (plan.flow) {
    case 'create-clone':
      return [plan.sourceHostId, ...plan.destinations.map((one) => one.hostId)];
    case 'create-snapshot':
      return [plan.sourceHostId];
    case 'delete-clone':
      return [plan.hostId];
    case 'delete-snapshot':
      return [];
  }
}
