/** What a task is to do, fixed when it is recorded. Flows pass ids only; every step reads the plan from the task. */
import type { DatabaseVendor } from './host.ts';
import { lockKey } from './lock.ts';
import type { ConsistencyLevel } from './snapshot.ts';

export interface CloneSource {
  readonly dbId: string;
  /** Identity behind the id; '' where it was not known. */
  readonly uid: string;
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

/** Clones of a snapshot that exists. */
export interface ImportSnapshotPlan extends OnArray {
  readonly flow: 'import-snapshot';
  /** Pinned by the task from its record to its end. */
  readonly snapshotId: string;
  readonly sourceHostId: string;
  readonly destinations: readonly CloneDestination[];
  readonly targetState: 'online' | 'recovery';
}

export interface RefreshedDatabase {
  /** When the task was recorded; the name counts. */
  readonly dbId: string;
  readonly dbName: string;
  /** The database in the snapshot that takes its place. */
  readonly sourceDbId: string;
  /** Name that the database gets when it is kept, '' when it goes. Flex contract, section 7.6. */
  readonly backupName: string;
}

/** Databases of one host get the volumes of a snapshot and keep their names. */
export interface RefreshPlan extends OnArray {
  readonly flow: 'refresh';
  readonly hostId: string;
  /** Pinned by the task from its record to its end. */
  readonly snapshotId: string;
  readonly sourceHostId: string;
  readonly databases: readonly RefreshedDatabase[];
  readonly targetState: 'online' | 'recovery';
}

/**
 * What the clone is made of is read when the task holds its lock: a refresh before it in the queue gives it other volumes.
 */
export interface DeleteClonePlan extends OnArray {
  readonly flow: 'delete-clone';
  readonly hostId: string;
  readonly dbId: string;
  readonly dbName: string;
  /** The task that made the clone: with host and id it says that this is still the clone that was asked for. */
  readonly cloneRequestId: string;
  /** Snapshots taken of the clone, which go with it; held exclusively from the record on. */
  readonly snapshotIds: readonly string[];
}

export interface DeleteSnapshotPlan extends OnArray {
  readonly flow: 'delete-snapshot';
  readonly snapshotId: string;
}

export type Plan =
  CreateClonePlan | CreateSnapshotPlan | ImportSnapshotPlan | RefreshPlan | DeleteClonePlan | DeleteSnapshotPlan;
/** Plans of the flows that take a snapshot of source databases. */
export type SourcePlan = CreateClonePlan | CreateSnapshotPlan;
/** Plans of the flows that make copies of databases in a snapshot. */
export type CopyPlan = CreateClonePlan | ImportSnapshotPlan | RefreshPlan;
export type FlowName = Plan['flow'];

export type VssChoice = Pick<SourcePlan, 'consistencyLevel' | 'forceVss'>;
/** Crash level freezes nothing, by VSS or otherwise. */
export const freezesByVss = ({ consistencyLevel, forceVss }: VssChoice): boolean =>
  forceVss && consistencyLevel === 'application';

export const takesSnapshot = (plan: Plan): plan is SourcePlan =>
  plan.flow === 'create-clone' || plan.flow === 'create-snapshot';

/** Keys of the databases the task reads: held only while they are frozen and snapshotted. */
export const sourceLockKeys = (plan: SourcePlan): readonly string[] =>
  plan.sources.map((source) => lockKey(plan.sourceHostId, source.dbName));

/** Keys reserved when the task is recorded: the names of the databases it makes. */
export function reservedLockKeys(plan: Plan): readonly string[] {
  switch (plan.flow) {
    case 'create-clone':
    case 'import-snapshot':
      return plan.destinations.map((one) => lockKey(one.hostId, one.dbName));
    case 'refresh':
      return plan.databases.flatMap(({ backupName }) => (backupName === '' ? [] : [lockKey(plan.hostId, backupName)]));
    case 'create-snapshot':
    case 'delete-clone':
    case 'delete-snapshot':
      return [];
  }
}

/** Snapshots that the task deletes, and holds exclusively from its record on. */
export function exclusiveSnapshots(plan: Plan): readonly string[] {
  if (plan.flow === 'delete-snapshot') return [plan.snapshotId];
  return plan.flow === 'delete-clone' ? plan.snapshotIds : [];
}

/** Every lock the task may hold or wait for. */
export function lockKeysOf(plan: Plan): readonly string[] {
  switch (plan.flow) {
    case 'create-clone':
      return [...sourceLockKeys(plan), ...reservedLockKeys(plan)];
    case 'create-snapshot':
      return sourceLockKeys(plan);
    case 'import-snapshot':
      return reservedLockKeys(plan);
    case 'refresh':
      return [...plan.databases.map(({ dbName }) => lockKey(plan.hostId, dbName)), ...reservedLockKeys(plan)];
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
    case 'import-snapshot':
      return plan.destinations.map((one) => one.hostId);
    case 'refresh':
    case 'delete-clone':
      return [plan.hostId];
    case 'delete-snapshot':
      return [];
  }
}
