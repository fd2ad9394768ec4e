/** May a snapshot be taken of these databases of one host? What clones and plain snapshots share. Flex contract, section 8. */
import { type Database, isOnArray, snapshotObstacle } from './database.ts';
import { type Host, isConnected } from './host.ts';
import { type Issue, issue } from './issue.ts';
import { lockKey } from './lock.ts';
import type { CloneSource, VssChoice } from './plan.ts';
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

/** One instant is a promise of one array, and where the host names one it is that. */
function arrayIssues(host: Host, dbIds: readonly string[], databases: readonly Database[]): readonly Issue[] {
  const arrays = sourceArrays(dbIds, databases);
  if (host.sdpId !== '' && arrays.some((sdpId) => sdpId !== host.sdpId)) {
    const text = `host '${host.hostId}' names array ${host.sdpId}, and databases ${dbIds.join(', ')} of it lie on ${arrays.join(', ')}`;
    return [issue('SDP_MISMATCH', text, { host_id: host.hostId, sdp_ids: arrays })];
  }
  if (arrays.length < 2) return [];
  const text = `one snapshot lies on one array, and databases ${dbIds.join(', ')} of host '${host.hostId}' on ${arrays.join(', ')}`;
  return [issue('SDP_MISMATCH', text, { host_id: host.hostId, sdp_ids: arrays })];
}

/** A host named in a body: unknown, or silent. */
export function hostIssues(hostId: string, host: Host | undefined, nowSeconds: number): readonly Issue[] {
  if (host === undefined) return [issue('HOST_NOT_FOUND', `host '${hostId}' is not registered`, { host_id: hostId })];
  if (isConnected(host, nowSeconds)) return [];
  return [issue('HOST_NOT_CONNECTED', `the agent of host '${hostId}' is silent`, { host_id: hostId })];
}

/** Why there is no crash-level snapshot: nothing is frozen, and only one group is taken at one instant. */
export const spansGroups = (dbName: string): string =>
  `database '${dbName}' spans several volume groups: a crash-consistent snapshot of it is impossible`;

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
      return [issue('DB_SNAPSHOT_NOT_ALLOWED', spansGroups(database.name), body)];
    }
    return [];
  });
  return [...issues, ...arrayIssues(host, dbIds, databases)];
}

/** SQL Server 2022: from it on a freeze needs no VSS. Flex contract, section 11. */
const firstWithoutVss = 16;

/** False too before the agent told its version. */
const freezesByVssOnly = ({ vendor, dbEngineVersion }: Host): boolean =>
  vendor === 'mssql' && Number.parseInt(dbEngineVersion, 10) < firstWithoutVss;

/** VSS that the request forces, or that the engine cannot do without, on a host that has none. Crash level uses none. */
export function vssIssues(host: Host, request: VssChoice): readonly Issue[] {
  if (host.hasVssProvider || request.consistencyLevel === 'crash') return [];
  if (!request.forceVss && !freezesByVssOnly(host)) return [];
  const text = `host '${host.hostId}' has no VSS provider for a snapshot at application level`;
  return [issue('VSS_NOT_AVAILABLE', text, { host_id: host.hostId })];
}

/** Keys of the locks that a task holds while it snapshots these databases. */
export const sourceKeys = (
  hostId: string,
  dbIds: readonly string[],
  databases: readonly Database[],
): readonly string[] =>
  databases.filter((database) => dbIds.includes(database.dbId)).map((database) => lockKey(hostId, database.name));

/** What a running task would make the request wait for; shown by twins only, since the action waits. */
export function sourceWaits(
  hostId: string,
  dbIds: readonly string[],
  databases: readonly Database[],
  heldKeys: Pick<ReadonlySet<string>, 'has'>,
): readonly Issue[] {
  return dbIds.flatMap((dbId) => {
    const database = databases.find((one) => one.dbId === dbId);
    if (database === undefined || !heldKeys.has(lockKey(hostId, database.name))) return [];
    const text = `database '${database.name}' on host '${hostId}' is held by a running task`;
    return [issue('RESOURCE_IS_LOCKED', text, { host_id: hostId, db_id: dbId })];
  });
}

/** The databases as a plan names them; only of ids without issues. */
export function planSources(dbIds: readonly string[], databases: readonly Database[]): readonly CloneSource[] {
  const ids = new Set(dbIds);
  return databases
    .filter((database) => ids.has(database.dbId))
    .map((database) => ({ dbId: database.dbId, uid: database.uid, dbName: database.name, vendor: database.vendor }));
}
