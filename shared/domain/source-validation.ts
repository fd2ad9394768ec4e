/** May a snapshot be taken of these databases of one host? What clones and plain snapshots share. Flex contract, section 8. */
import { type Database, isOnArray, snapshotObstacle } from './database.ts';
import type { Host } from './host.ts';
import { type Issue, issue } from './issue.ts';
import type { CloneSource } from './plan.ts';
import type { ConsistencyLevel } from './snapshot.ts';

/** Arrays that the disks of these databases lie on, as last seen there. */
export const sourceArrays = (dbIds: readonly string[], databases: readonly Database[]): readonly string[] => [
  ...new Set(
    databases
      .filter((database) => dbIds.includes(database.dbId))
      .flatMap((database) => database.volumes.map((volume) => volume.sdpId)),
  ),
];

/** The array a plan of these databases is for; only of ids without issues, which lie on one. */
export const planArray = (dbIds: readonly string[], databases: readonly Database[]): string =>
  sourceArrays(dbIds, databases)[0] ?? '';

/** One instant is a promise of one array. */
function severalArrays(host: Host, dbIds: readonly string[], databases: readonly Database[]): readonly Issue[] {
  const arrays = sourceArrays(dbIds, databases);
  if (arrays.length < 2) return [];
  const text = `one snapshot lies on one array, and databases ${dbIds.join(', ')} of host '${host.hostId}' on ${arrays.join(', ')}`;
  return [issue('SDP_MISMATCH', text, { host_id: host.hostId, sdp_ids: arrays })];
}

/** `databases`: the live ones of the host. */
export function sourceIssues(
  host: Host,
  dbIds: readonly string[],
  databases: readonly Database[],
  consistencyLevel: ConsistencyLevel,
): readonly Issue[] {
  const issues = dbIds.flatMap((dbId) => {
    const database = databases.find((one) => one.dbId === dbId);
    const body = { host_id: host.hostId, db_id: dbId };
    if (database === undefined) {
      return [issue('DB_NOT_FOUND', `host '${host.hostId}' has no database '${dbId}'`, body)];
    }
    if (!isOnArray(database)) {
      return [issue('DB_SNAPSHOT_NOT_ALLOWED', `database '${database.name}' is not on volumes of the array`, body)];
    }
    const obstacle = snapshotObstacle(database);
    if (obstacle !== '') return [issue('DB_SNAPSHOT_NOT_ALLOWED', `database '${database.name}': ${obstacle}`, body)];
    const groups = new Set(database.volumes.map((volume) => volume.volumeGroupId));
    if (consistencyLevel === 'crash' && groups.size > 1) {
      const text = `database '${database.name}' spans several volume groups: a crash-consistent snapshot of it is impossible`;
      return [issue('DB_SNAPSHOT_NOT_ALLOWED', text, body)];
    }
    return [];
  });
  return [...issues, ...severalArrays(host, dbIds, databases)];
}

/** VSS is a Windows mechanism: only an mssql host can be asked to force it. */
export const vssIssues = (host: Host, forceVss: boolean): readonly Issue[] =>
  forceVss && host.vendor !== 'mssql'
    ? [issue('VSS_NOT_AVAILABLE', `host '${host.hostId}' has no VSS provider`, { host_id: host.hostId })]
    : [];

/** The databases as a plan names them; only of ids without issues. */
export function planSources(dbIds: readonly string[], databases: readonly Database[]): readonly CloneSource[] {
  const ids = new Set(dbIds);
  return databases
    .filter((database) => ids.has(database.dbId))
    .map((database) => ({ dbId: database.dbId, dbName: database.name, vendor: database.vendor }));
}
