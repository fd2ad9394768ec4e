/** The steps of the demo around one clone. Each asks the API, then looks for itself; whatever does not fit throws. */
import { z } from 'zod';
import type { ApiClient } from '../site/api-client.ts';
import type { Site } from '../site/site.ts';
import { followTask, refuseUnless } from '../site/tasks.ts';
import { listArray } from './array-listing.ts';
import { checksum, countOrders, highestTick, missingTicks } from './data-set.ts';
import { destination, destinationHosts, findDatabase, listDatabases, source } from './demo-hosts.ts';
import type { SqlSession } from './sql-session.ts';
import type { Stage } from './stage.ts';

export const taskPatienceMs = 60_000;

const clonesPath = '/api/echo/v1/echo_dbs';

export interface TakenSnapshot {
  readonly snapshotId: string;
  /** Rows the writer had been told are committed before it was taken: every copy of it must hold them. */
  readonly acknowledged: number;
}

/** What `clone` and `validate` send. */
export async function cloneRequest(api: ApiClient): Promise<unknown> {
  const { id } = await findDatabase(api, source);
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

/** Sends what takes a snapshot, while the writer goes on, and follows it. `what` is for people. */
export async function takeBy(
  { site, api, writer }: Stage,
  what: string,
  path: string,
  request: unknown,
): Promise<TakenSnapshot> {
  const acknowledgedBefore = writer.acknowledged();
  const answer = await api.call('POST', path, request);
  refuseUnless(answer, 200, what);
  const { result } = await followTask(api, answer, taskPatienceMs);
  const snapshotId = result?.db_snapshot?.id;
  if (snapshotId === undefined) throw new Error(`${what} does not name its snapshot`);
  const atInstant = writer.acknowledgedBefore(await snapshotInstant(site));
  return { snapshotId, acknowledged: Math.max(acknowledgedBefore, atInstant) };
}

export const clone = (stage: Stage, request: unknown): Promise<TakenSnapshot> =>
  takeBy(stage, 'the clone', clonesPath, request);

export interface QueryOutcome {
  readonly rows: number;
  /** Highest number of the writer's rows in the copy. */
  readonly highest: number;
  readonly source: string;
  readonly clone: string;
}

/** The copy against the source as of the snapshot. */
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
      `row ${String(acknowledged)} was acknowledged before the snapshot, the clone ends at ${String(highest)}`,
    );
  const missing = await missingTicks(copy, highest);
  if (missing > 0) throw new Error(`the clone lacks ${String(missing)} of the writer's rows below ${String(highest)}`);
  return { rows, highest, source: await checksum(from, highest), clone: await checksum(copy, highest) };
}

export function refuseUnlikeSource({ source: ofSource, clone: ofClone }: QueryOutcome): void {
  if (ofSource !== ofClone) throw new Error(`the checksum of the source is ${ofSource}, that of the clone ${ofClone}`);
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

/** Every database of the destination hosts: each is a clone. Their names. */
export async function deleteClones(api: ApiClient): Promise<readonly string[]> {
  const listed = async (): Promise<readonly { hostId: string; id: string; name: string }[]> =>
    (
      await Promise.all(
        destinationHosts.map(async (hostId) =>
          (await listDatabases(api, hostId)).map(({ id, name }) => ({ hostId, id, name })),
        ),
      )
    ).flat();
  const clones = await listed();
  await Promise.all(
    clones.map(async ({ hostId, id, name }) => {
      const answer = await api.call('DELETE', clonesPath, { host_id: hostId, database_id: id });
      refuseUnless(answer, 202, `the deletion of ${name}`);
      await followTask(api, answer, taskPatienceMs);
    }),
  );
  const left = await listed();
  if (left.length > 0)
    throw new Error(`still reported: ${left.map(({ hostId, name }) => `${name} on ${hostId}`).join(', ')}`);
  return clones.map(({ name }) => name);
}

export async function deleteSnapshot(api: ApiClient, snapshotId: string): Promise<void> {
  const answer = await api.call('DELETE', `/api/echo/v1/db_snapshots/${snapshotId}`);
  refuseUnless(answer, 204, `the deletion of ${snapshotId}`);
}
