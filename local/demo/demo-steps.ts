/** The steps of the demo. Each asks the API, then looks for itself; whatever does not fit throws. */
import { z } from 'zod';
import type { ApiClient } from '../site/api-client.ts';
import type { Site } from '../site/site.ts';
import { followTask, refuseUnless } from '../site/tasks.ts';
import { listArray } from './array-listing.ts';
import { checksum, countOrders, highestTick, missingTicks } from './data-set.ts';
import { connectTo, destination, findDatabase, listDatabases, source } from './demo-hosts.ts';
import type { SqlSession } from './sql-session.ts';
import type { Writer } from './writer.ts';

const taskPatienceMs = 60_000;

const clonesPath = '/api/echo/v1/echo_dbs';

export interface CloneOutcome {
  readonly snapshotId: string;
  /** Rows the writer had been told are committed, before the source was frozen. */
  readonly acknowledgedBeforeFreeze: number;
}

/** What `clone` and `validate` send. */
export async function cloneRequest(api: ApiClient): Promise<unknown> {
  const { id } = await findDatabase(api, source.hostId, source.database);
  return {
    source_host_id: source.hostId,
    destinations: [{ host_id: destination.hostId, db_id: id, db_name: destination.database }],
  };
}

const Validation = z.object({ valid: z.boolean(), issues: z.array(z.object({ description: z.string() })) });

export async function validate(api: ApiClient, request: unknown): Promise<void> {
  const answer = await api.call('POST', `${clonesPath}/__validate`, request);
  refuseUnless(answer, 200, 'the validation');
  const { valid, issues } = Validation.parse(answer.body);
  if (!valid) throw new Error(`the clone would be refused: ${issues.map(({ description }) => description).join('; ')}`);
}

/** The instant the array says its newest snapshot stands for, in Unix seconds. A view says that of its snapshot. */
async function snapshotInstant(site: Site): Promise<number> {
  const { snapshots } = await listArray(site.array);
  const instants = snapshots.map((snapshot) => snapshot.data_creation_time ?? 0);
  if (instants.length === 0) throw new Error('the array lists no snapshot');
  return Math.max(...instants);
}

export async function clone(site: Site, api: ApiClient, request: unknown, writer: Writer): Promise<CloneOutcome> {
  const acknowledgedBefore = writer.acknowledged();
  const answer = await api.call('POST', clonesPath, request);
  refuseUnless(answer, 200, 'the clone');
  const { result } = await followTask(api, answer, taskPatienceMs);
  const snapshotId = result?.db_snapshot?.id;
  if (snapshotId === undefined) throw new Error('the clone does not name its snapshot');
  const atInstant = writer.acknowledgedBefore(await snapshotInstant(site));
  return { snapshotId, acknowledgedBeforeFreeze: Math.max(acknowledgedBefore, atInstant) };
}

export interface QueryOutcome {
  readonly rows: number;
  /** Highest number of the writer's rows in the clone. */
  readonly highest: number;
  readonly source: string;
  readonly clone: string;
}

/** The clone against the source as of the snapshot. */
export async function query(
  from: SqlSession,
  copy: SqlSession,
  loadedRows: number,
  acknowledged: number,
): Promise<QueryOutcome> {
  const rows = await countOrders(copy);
  if (rows !== loadedRows) throw new Error(`the clone has ${String(rows)} of ${String(loadedRows)} loaded rows`);
  const highest = await highestTick(copy);
  if (highest < acknowledged)
    throw new Error(
      `row ${String(acknowledged)} was acknowledged before the freeze, the clone ends at ${String(highest)}`,
    );
  const missing = await missingTicks(copy, highest);
  if (missing > 0) throw new Error(`the clone lacks ${String(missing)} of the writer's rows below ${String(highest)}`);
  return { rows, highest, source: await checksum(from, highest), clone: await checksum(copy, highest) };
}

/** Writes to either side must show there and nowhere else. */
export async function isolate(from: SqlSession, copy: SqlSession, before: QueryOutcome): Promise<void> {
  const { highest } = before;
  await from.run('UPDATE orders SET quantity = quantity + 1000 WHERE id % 100 = 1');
  const sourceMoved = await checksum(from, highest);
  if (sourceMoved === before.source) throw new Error('the write to the source does not show on the source');
  if ((await checksum(copy, highest)) !== before.clone) throw new Error('a write to the source moved the clone');
  await copy.run('DELETE FROM orders WHERE id % 100 = 1');
  await copy.run('UPDATE ticks SET note = note || $1', [' (changed in the clone)']);
  if ((await checksum(copy, highest)) === before.clone)
    throw new Error('the write to the clone does not show on the clone');
  if ((await checksum(from, highest)) !== sourceMoved) throw new Error('a write to the clone moved the source');
}

export async function openClone(site: Site, api: ApiClient): Promise<SqlSession> {
  return connectTo(await findDatabase(api, destination.hostId, destination.database), site.superuserPassword);
}

export async function deleteClone(api: ApiClient): Promise<void> {
  const { id } = await findDatabase(api, destination.hostId, destination.database);
  const answer = await api.call('DELETE', clonesPath, { host_id: destination.hostId, database_id: id });
  refuseUnless(answer, 202, 'the deletion of the clone');
  await followTask(api, answer, taskPatienceMs);
  const left = await listDatabases(api, destination.hostId);
  if (left.length > 0)
    throw new Error(`${destination.hostId} still reports ${left.map(({ name }) => name).join(', ')}`);
}

export async function deleteSnapshot(api: ApiClient, snapshotId: string): Promise<void> {
  refuseUnless(
    await api.call('DELETE', `/api/echo/v1/db_snapshots/${snapshotId}`),
    204,
    'the deletion of the snapshot',
  );
}
