import { type Database, sameName } from './database.ts';

/** A database made from a snapshot; the row keeps its lineage, also while its host is unregistered. */
export interface Clone {
  readonly hostId: string;
  readonly dbId: string;
  /** The database's identity behind its id; '' where its agent knows none, or in a row written before there were any. */
  readonly uid: string;
  readonly dbName: string;
  readonly sourceHostId: string;
  readonly sourceDbId: string;
  readonly sourceUid: string;
  readonly sourceDbName: string;
  readonly snapshotId: string;
  /** The array its views are on; '' in a row written before arrays had names: the deployment's. */
  readonly sdpId: string;
  /** Names of the array views it lives on. */
  readonly views: readonly string[];
  /** The task that made it; a refresh that keeps its id changes its volumes and lineage, not this. */
  readonly requestId: string;
  readonly createdAtSeconds: number;
  /**
   * It is an original that a refresh brought back to a snapshot of itself: for people it is that original still, whatever it
   * lies on. Shown without a parent, refreshed by its name, and not deleted while its host has it.
   */
  readonly isRestored: boolean;
  /** Snapshots taken of this clone; while there are any it cannot be deleted. */
  readonly snapshotIds: ReadonlySet<string>;
}

/** Whether the database that has the clone's id now is the clone: an id may have come to another. */
export const isDatabaseOf = (clone: Clone, database: Pick<Database, 'uid' | 'name'>): boolean =>
  clone.uid === '' || database.uid === '' ? sameName(clone.dbName, database.name) : clone.uid === database.uid;

const orphanMark = '~';

/** Id of a clone whose own id has come to another database: its volumes are still there, and it can be deleted under it. */
export const orphanId = ({ dbId, requestId }: Pick<Clone, 'dbId' | 'requestId'>): string =>
  `${dbId}${orphanMark}${requestId}`;

/** The id that it had when it was made. */
export const firstId = ({ dbId }: Pick<Clone, 'dbId'>): string => dbId.split(orphanMark)[0] ?? dbId;

export const isOrphan = ({ dbId }: Pick<Clone, 'dbId'>): boolean => dbId.includes(orphanMark);
