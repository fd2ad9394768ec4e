import type { DatabaseVendor } from './host.ts';

export type ConsistencyLevel = 'application' | 'crash';

/** What an array snapshot was taken of. */
export interface SnapshotOrigin {
  readonly kind: 'volume-group' | 'view';
  readonly id: number;
  readonly name: string;
}

/** One array snapshot of a db snapshot: one per volume group or view touched. */
export interface ArraySnapshotRecord {
  readonly name: string;
  readonly arrayId: number;
  readonly origin: SnapshotOrigin;
}

/** A disk of a database inside a snapshot; `snapshotIndex` points into `arraySnapshots`. */
export interface SnapshotVolume {
  readonly serial: string;
  readonly volumeId: number;
  readonly snapshotIndex: number;
}

export interface SnapshotDatabase {
  readonly dbId: string;
  /** Identity of the database behind its id; '' where it was not known. */
  readonly uid: string;
  readonly dbName: string;
  readonly vendor: DatabaseVendor;
  /** The point a copy must at least reach, in the engine's own terms; '' where it has none. */
  readonly restorePoint: string;
  readonly volumes: readonly SnapshotVolume[];
}

/** A consistent point of 1..n databases of one host, on the array. */
export interface Snapshot {
  readonly snapshotId: string;
  readonly hostId: string;
  readonly hostName: string;
  readonly sdpId: string;
  readonly databases: readonly SnapshotDatabase[];
  readonly arraySnapshots: readonly ArraySnapshotRecord[];
  readonly takenAtSeconds: number;
  readonly consistencyLevel: ConsistencyLevel;
  readonly dbEngineVersion: string;
  readonly isVssBased: boolean;
  /** `pending` until the task that takes it completes; only `available` ones are shown. */
  readonly state: 'pending' | 'available';
  /** The task that took it. */
  readonly requestId: string;
  /** The schedule whose run took it, and whose retention removes it; '' when somebody asked for it. */
  readonly scheduleId: string;
  /** Who needs it: `clone#host#db` for as long as the clone lives, `task#request` while a task reads it. */
  readonly pins: ReadonlySet<string>;
  /** The task that is deleting it, '' when none. */
  readonly exclusiveBy: string;
}

/** What the topology shows of a snapshot: much less than is stored, of very many. */
export type SnapshotOutline = Pick<
  Snapshot,
  'snapshotId' | 'hostId' | 'takenAtSeconds' | 'consistencyLevel' | 'pins' | 'exclusiveBy'
> & { readonly databases: readonly Pick<SnapshotDatabase, 'dbId'>[] };

export const isDeletable = (snapshot: Pick<Snapshot, 'pins' | 'exclusiveBy'>): boolean =>
  snapshot.pins.size === 0 && snapshot.exclusiveBy === '';

/** Flex contract, section 7.7: `{name_prefix}_{epoch}`; on a collision within a second, seconds are added. */
export const snapshotIdOf = (namePrefix: string, epochSeconds: number): string =>
  `${namePrefix}_${String(epochSeconds)}`;

export const clonePin = (hostId: string, dbId: string): string => `clone#${hostId}#${dbId}`;
export const taskPin = (requestId: string): string => `task#${requestId}`;
