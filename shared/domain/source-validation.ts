/** May a snapshot be taken of these databases of one host? What clones and plain snapshots share. Flex contract, section 8. */
import { type Database, isOnArray, snapshotObstacle } from './database.ts';
import type { Host } from './host.ts';
import { type Issue, issue } from './issue.ts';
import type { CloneSource } from './plan.ts';
import type { ConsistencyLevel } from './snapshot.ts';

/** `databases`: the live ones of the host. */
export function sourceIssues(
  host: Host,
  dbIds: readonly string[],
  databases: readonly Database[],
  consistencyLevel: ConsistencyLevel,
): readonly Issue[] {
  return dbIds.flatMap((dbId) => {
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
