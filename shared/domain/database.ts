import type { DatabaseVendor, Host } from './host.ts';

export interface DatabaseFile {
  readonly name: string;
  readonly fileId: number;
  readonly kind: 'data' | 'log';
  readonly path: string;
  readonly sizeMib: number;
  readonly backupStatus: string;
}

export interface MountPoint {
  readonly kind: string;
  readonly path: string;
  /** SCSI serial of the array volume: the join key to the array. */
  readonly serial: string;
}

/** Where a disk of a database lies on the array, as last seen there. */
export interface DatabaseVolume {
  readonly sdpId: string;
  readonly serial: string;
  readonly volumeId: number;
  readonly volumeName: string;
  readonly volumeGroupId: number;
  readonly volumeGroupName: string;
}

/** A database as its host's agent reports it. */
export interface Database {
  readonly hostId: string;
  readonly dbId: string;
  /** Identity behind the id, which may come to another database; '' where the agent knows none. */
  readonly uid: string;
  readonly name: string;
  readonly vendor: DatabaseVendor;
  /** Upper case: ONLINE, OFFLINE, RESTORING, RECOVERING, SUSPECT. */
  readonly status: string;
  readonly files: readonly DatabaseFile[];
  readonly mountPoints: readonly MountPoint[];
  readonly connection: { readonly host: string; readonly port: number } | null;
  /** Registration of the host under which it was reported; rows of an older one are not live. */
  readonly generation: number;
  readonly sequence: number;
  /** Empty when its disks are not on the array, or could not be looked up yet. */
  readonly volumes: readonly DatabaseVolume[];
}

/** Rows reported under the host's present registration; of an earlier one, or of an unknown host, none is live. */
export const liveDatabases = (
  host: Pick<Host, 'generation'> | undefined,
  rows: readonly Database[],
): readonly Database[] => rows.filter((row) => row.generation === host?.generation);

/** Every disk of the database is on the array, so it can be snapshotted. */
export const isOnArray = (database: Database): boolean =>
  database.mountPoints.length > 0 &&
  database.mountPoints.every((mount) => database.volumes.some((volume) => volume.serial === mount.serial));

/** Why no snapshot can be taken of a database on the array, '' when one can. Topology and validation both say it. */
export const snapshotObstacle = (database: Database): string =>
  database.status === 'ONLINE' ? '' : `the database is ${database.status}`;

/** Two words for an identity that do not contradict each other; '' is not known. */
export const mayBeSame = (uid: string, other: string): boolean => uid === '' || other === '' || uid === other;

/** Engines compare database names without case; so do locks and reservations. */
export const sameName = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

const systemDatabases: ReadonlySet<string> = new Set([
  'master',
  'model',
  'msdb',
  'tempdb',
  'postgres',
  'template0',
  'template1',
]);

/** What is wrong with a name for a new database, or null. Flex contract, section 7.7. */
export function databaseNameProblem(name: string): string | null {
  if (name.length < 1 || name.length > 128) return 'must have 1 to 128 characters';
  if (/[[\]"'\u0000-\u001f\u007f]/.test(name)) return 'must not contain [ ] " \' or control characters';
  if (name !== name.trim()) return 'must not begin or end with a space';
  if (systemDatabases.has(name.toLowerCase())) return 'is the name of a system database';
  return null;
}
