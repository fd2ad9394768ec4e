/** The steps of the demo that begin with a snapshot. As in `demo-steps.ts`, whatever does not fit throws. */
import type { ApiClient } from '../site/api-client.ts';
import { followTask, refuseUnless } from '../site/tasks.ts';
import type { Site } from '../site/site.ts';
import { listArray } from './array-listing.ts';
import { checksum } from './data-set.ts';
import { connectTo, findDatabase, listDatabases, type ListedDatabase, type Place, source } from './demo-hosts.ts';
import type { ConsistencyLevel } from './demo-report.ts';
import { takeBy, type TakenSnapshot, taskPatienceMs } from './demo-steps.ts';
import type { SqlSession } from './sql-session.ts';
import type { Stage } from './stage.ts';

const snapshotsPath = '/api/echo/v1/db_snapshots';

export interface LevelledSnapshot extends TakenSnapshot {
  readonly level: ConsistencyLevel;
}

export async function takeSnapshot(stage: Stage, level: ConsistencyLevel): Promise<LevelledSnapshot> {
  const { id } = await findDatabase(stage.api, source);
  const request = { source_host_id: source.hostId, database_ids: [id], consistency_level: level };
  return { level, ...(await takeBy(stage, `the ${level}-level snapshot`, snapshotsPath, request)) };
}

/** In one call, so that all are of one instant. */
export async function importSnapshot(api: ApiClient, snapshotId: string, places: readonly Place[]): Promise<void> {
  const { id } = await findDatabase(api, source);
  const destinations = places.map(({ hostId, database }) => ({ host_id: hostId, db_id: id, db_name: database }));
  const answer = await api.call('POST', `${snapshotsPath}/${snapshotId}/echo_db`, { destinations });
  refuseUnless(answer, 200, 'the clone from a snapshot');
  await followTask(api, answer, taskPatienceMs);
}

/** Whatever is asked for, the database must answer where it did. */
export async function refresh(
  api: ApiClient,
  place: Place,
  snapshotId: string,
  keepBackup: boolean,
): Promise<{ readonly before: ListedDatabase; readonly after: ListedDatabase }> {
  const before = await findDatabase(api, place);
  const answer = await api.call('POST', `/api/echo/v1/hosts/${place.hostId}/databases/_refresh`, {
    snapshot_id: snapshotId,
    db_names: [place.database],
    keep_backup: keepBackup,
  });
  refuseUnless(answer, 200, `the refresh of ${place.database}`);
  await followTask(api, answer, taskPatienceMs);
  const after = await findDatabase(api, place);
  if (after.connection?.port !== before.connection?.port)
    throw new Error(`${place.database} does not listen where it did`);
  return { before, after };
}

/** The one database that a refresh of `place` kept. */
export async function findBackup(api: ApiClient, { hostId, database }: Place): Promise<Place> {
  const kept = (await listDatabases(api, hostId)).filter(({ name }) => name.startsWith(`${database}_bkp_`));
  const [backup] = kept;
  if (backup === undefined || kept.length > 1)
    throw new Error(`${hostId} has ${String(kept.length)} backups of ${database}`);
  return { hostId, database: backup.name };
}

export async function inSession<RESULT>(
  { site, api }: Pick<Stage, 'site' | 'api'>,
  place: Place,
  work: (session: SqlSession) => Promise<RESULT>,
): Promise<RESULT> {
  const session = await connectTo(await findDatabase(api, place), site.superuserPassword);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Changes loaded rows of the source, so that a copy made before differs from one made later. */
export async function moveOn(from: SqlSession): Promise<void> {
  const before = await checksum(from, 0);
  await from.run('UPDATE orders SET quantity = quantity + 1 WHERE id % 100 = 2 OR id = 1');
  if ((await checksum(from, 0)) === before) throw new Error('the write to the source does not show on the source');
}

/** Snapshots of volume groups on the array, and the views of them that databases live on; throws unless as many. */
export async function refuseUnlessOnArray(site: Site, snapshots: number, views: number): Promise<void> {
  const listed = (await listArray(site.array)).snapshots;
  const ofGroups = listed.filter(({ source: made }) => made?.ref.startsWith('/volume_groups/'));
  if (ofGroups.length !== snapshots || listed.length !== snapshots + views)
    throw new Error(`the array lists ${listed.map(({ name }) => name).join(', ')}`);
}
