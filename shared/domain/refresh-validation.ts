/** May these databases of a host be refreshed? All problems at once. Flex contract, sections 7.6 and 8. */
import type { Clone } from './clone.ts';
import { backupNameOf } from './copy.ts';
import { type Database, mayBeSame, sameName } from './database.ts';
import type { Host } from './host.ts';
import { type Issue, issue } from './issue.ts';
import { duplicatedNameIssues, invalidNameIssues, takenNameIssues } from './name-validation.ts';
import type { RefreshPlan } from './plan.ts';
import type { Snapshot, SnapshotDatabase } from './snapshot.ts';
import { snapshotLockIssues } from './snapshot-deletion.ts';
import { hostIssues, sourceArrays, sourceWaits } from './source-validation.ts';

export interface RefreshRequest {
  readonly snapshotId: string;
  readonly dbNames: readonly string[];
  readonly keepBackup: boolean;
  readonly targetState: 'online' | 'recovery';
}

/** What the store knew when the request came. */
export interface RefreshFacts {
  readonly nowSeconds: number;
  /** The second that names of backups bear: now, or the next one in which all of them are free. */
  readonly backupAtSeconds: number;
  readonly host: Host;
  /** Live databases of the host. */
  readonly databases: readonly Database[];
  /** Of the databases named, by database id; an original has none. */
  readonly clones: ReadonlyMap<string, Clone>;
  /** Undefined when there is none to be seen. */
  readonly snapshot: Snapshot | undefined;
  /** Names of backups that running tasks hold, by lock key. */
  readonly heldKeys: ReadonlySet<string>;
}

/** The transaction that publishes a refresh touches each database twice, and holds 100 items. */
export const maxRefreshedDatabases = 45;

/** The live databases that the request names, in its order, each once, whatever the case of the names. */
export const namedDatabases = (dbNames: readonly string[], databases: readonly Database[]): readonly Database[] => [
  ...new Set(dbNames.flatMap((name) => databases.find((database) => sameName(name, database.name)) ?? [])),
];

/** Seconds, from now on, that the name of a backup may bear. */
export const maxBackupSeconds = 10;

/** Names that the databases get which are kept; none without `keepBackup`. */
export const backupNames = (request: RefreshRequest, facts: Pick<RefreshFacts, 'databases' | 'backupAtSeconds'>) =>
  request.keepBackup
    ? namedDatabases(request.dbNames, facts.databases).map(({ name }) => backupNameOf(name, facts.backupAtSeconds))
    : [];

/** What takes the database's place: a clone's own source, for an original, also a restored one, the database of its name. */
export function sourceIn(
  snapshot: Snapshot,
  database: Database,
  clone: Clone | undefined,
): SnapshotDatabase | undefined {
  if (clone === undefined || clone.isRestored)
    return snapshot.databases.find((one) => sameName(one.dbName, database.name));
  if (clone.sourceHostId !== snapshot.hostId) return undefined;
  return snapshot.databases.find((one) => one.dbId === clone.sourceDbId && mayBeSame(one.uid, clone.sourceUid));
}

function snapshotIssues(snapshot: Snapshot, named: readonly Database[], facts: RefreshFacts): readonly Issue[] {
  const { host, clones } = facts;
  const { snapshotId, sdpId } = snapshot;
  const lineage = named
    .filter((database) => sourceIn(snapshot, database, clones.get(database.dbId)) === undefined)
    .map((database) => {
      const text = `snapshot '${snapshotId}' does not hold what '${database.name}' on host '${host.hostId}' is made from`;
      return issue('DB_NOT_IN_SNAPSHOT', text, { snapshot_id: snapshotId, db_name: database.name });
    });
  const vendor = snapshot.databases[0]?.vendor ?? host.vendor;
  const engine = `host '${host.hostId}' runs ${host.vendor}, snapshot '${snapshotId}' is of ${vendor}`;
  return [
    ...snapshotLockIssues(snapshot),
    ...lineage,
    ...(vendor === host.vendor ? [] : [issue('DB_VENDOR_MISMATCH', engine, { host_id: host.hostId })]),
    ...arrayIssues(sdpId, named, facts),
  ];
}

/** A task works on one array: old and new volumes lie on the snapshot's, and where the host names one it is that. */
function arrayIssues(sdpId: string, named: readonly Database[], { host, clones }: RefreshFacts): readonly Issue[] {
  const ids = named.map((database) => database.dbId);
  const placed = ids.map((dbId) => clones.get(dbId)?.sdpId ?? '');
  const arrays = new Set([host.sdpId, ...placed, ...sourceArrays(ids, named)].filter((one) => one !== ''));
  arrays.delete(sdpId);
  if (arrays.size === 0) return [];
  const others = [...arrays];
  const text = `the snapshot is on array ${sdpId}, host '${host.hostId}' or its databases on ${others.join(', ')}`;
  return [issue('SDP_MISMATCH', text, { host_id: host.hostId, sdp_ids: [sdpId, ...others] })];
}

/** Without a backup the volumes go, and with them whatever was taken of them. */
const usedIssues = (named: readonly Database[], { host, clones }: RefreshFacts): readonly Issue[] =>
  named.flatMap(({ dbId, name }) => {
    const taken = [...(clones.get(dbId)?.snapshotIds ?? [])];
    if (taken.length === 0) return [];
    const text = `snapshots taken of '${name}' still exist: ${taken.join(', ')}`;
    return [issue('DB_IS_IN_USE', text, { host_id: host.hostId, database_id: dbId })];
  });

function backupIssues(request: RefreshRequest, facts: RefreshFacts): readonly Issue[] {
  const { host, databases, heldKeys } = facts;
  const names = backupNames(request, facts);
  const denied = `the agent of host '${host.hostId}' may not rename databases: it cannot keep a backup`;
  return [
    ...(host.mayKeepBackups ? [] : [issue('MISSING_HOST_PERMISSION', denied, { host_id: host.hostId })]),
    ...invalidNameIssues(names),
    ...takenNameIssues(host.hostId, names, databases, heldKeys),
  ];
}

export function refreshIssues(request: RefreshRequest, facts: RefreshFacts): readonly Issue[] {
  const { host, databases, snapshot } = facts;
  const { hostId } = host;
  const { snapshotId, dbNames } = request;
  const named = namedDatabases(dbNames, databases);
  const unknown = dbNames.filter((name) => named.every((database) => !sameName(database.name, name)));
  return [
    ...hostIssues(hostId, host, facts.nowSeconds),
    ...unknown.map((name) =>
      issue('DB_NOT_FOUND', `host '${hostId}' has no database named '${name}'`, { host_id: hostId, db_name: name }),
    ),
    ...duplicatedNameIssues(hostId, dbNames),
    ...(snapshot === undefined
      ? [issue('DB_SNAPSHOT_NOT_FOUND', `there is no snapshot '${snapshotId}'`, { snapshot_id: snapshotId })]
      : snapshotIssues(snapshot, named, facts)),
    ...(request.keepBackup ? backupIssues(request, facts) : usedIssues(named, facts)),
  ];
}

/** What a running task would make the request wait for; shown by the twin only, since the action waits. */
export function refreshWaits(
  { dbNames }: RefreshRequest,
  { host, databases }: RefreshFacts,
  heldKeys: ReadonlySet<string>,
): readonly Issue[] {
  const ids = namedDatabases(dbNames, databases).map((database) => database.dbId);
  return sourceWaits(host.hostId, ids, databases, heldKeys);
}

/** Only for a request without issues. `snapshot`: the one of the facts. */
export const refreshPlan = (request: RefreshRequest, facts: RefreshFacts, snapshot: Snapshot): RefreshPlan => ({
  flow: 'refresh',
  sdpId: snapshot.sdpId,
  hostId: facts.host.hostId,
  snapshotId: snapshot.snapshotId,
  sourceHostId: snapshot.hostId,
  databases: namedDatabases(request.dbNames, facts.databases).flatMap((database) => {
    const { dbId, name: dbName } = database;
    const source = sourceIn(snapshot, database, facts.clones.get(dbId));
    const backupName = request.keepBackup ? backupNameOf(dbName, facts.backupAtSeconds) : '';
    return source === undefined ? [] : [{ dbId, dbName, sourceDbId: source.dbId, backupName }];
  }),
  targetState: request.targetState,
});
