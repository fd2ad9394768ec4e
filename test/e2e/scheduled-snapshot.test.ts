/** A schedule row is all it takes: the deployment's own tick takes the snapshots, and deletes what is kept no longer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { waitUntil } from './act/wait-until.ts';
import { createStore } from '../../shared/adapters/store-dynamodb/store.ts';
import { newSnapshotSchedule } from '../../shared/domain/snapshot-schedule.ts';
import type { Store } from '../../shared/ports/store.ts';
import { databaseNamed, deleteSnapshot, TaskAnswer } from './act/flex.ts';
import { type Bed, startBed } from './bed/bed.ts';
import { type ArrayView, viewArray } from './look/array.ts';
import { type Footprint, footprint, settledFootprint } from './look/footprint.ts';

const hostId = 'sqlprod1';
const scheduleId = `every-minute-${String(Date.now())}`;
/** Two ticks of a deployment, and the time the work takes. */
const firesWithinMs = 150_000;

let bed: Bed;
let array: ArrayView;
let store: Store;
let sourceId: string;
let clean: Footprint;
let earlierTasks: ReadonlySet<string>;

beforeAll(async () => {
  bed = await startBed({ hosts: [{ hostId, vendor: 'mssql', databases: ['orders'] }] });
  array = await viewArray(bed.array);
  store = createStore(bed.table.name, bed.table.config);
  sourceId = (await databaseNamed(bed.api, hostId, 'orders')).id;
  clean = await footprint(bed, array);
  earlierTasks = new Set((await allTasks()).map((one) => one.request_id));
}, 90_000);

/** A test that fails in between must not leave a deployment that lives on a schedule. */
afterAll(async () => {
  await store.removeSnapshotSchedule(scheduleId);
  await array.close();
  await bed.stop();
}, 60_000);

const ListedSnapshot = z.object({
  id: z.string(),
  host_id: z.string(),
  vg_snapshot_ids: z.array(z.number()),
  databases: z.array(z.object({ db_id: z.string(), db_name: z.string() })),
  consistency_level: z.string(),
});

const listed = async () => z.array(ListedSnapshot).parse((await bed.api.call('GET', '/api/echo/v1/db_snapshots')).body);
const allTasks = async () => z.array(TaskAnswer).parse((await bed.api.call('GET', '/api/echo/v1/tasks')).body);
/** Those since the test began. */
const tasks = async () => (await allTasks()).filter((one) => !earlierTasks.has(one.request_id));

/** Snapshots as the array lists them; a view is one too, of a snapshot and not of a volume group. */
const onArray = async (): Promise<readonly number[]> => (await array.groupSnapshots()).map((one) => one.id);

const completed = async (commandType: string, howMany: number) =>
  await waitUntil(`${String(howMany)} completed ${commandType}`, firesWithinMs, async () => {
    const done = (await tasks()).filter((one) => one.command_type === commandType && one.state === 'completed');
    return done.length >= howMany ? done : undefined;
  });

/**
 * What a long wait would bring: an instant of its own that lies behind, since each has one run, and the tick that finds
 * it. From here on the schedule is a daily one, so that nothing happens besides.
 */
const moveDue = async (which: 'nextDueSeconds' | 'tidyDueSeconds', secondsAgo: number): Promise<void> => {
  const schedule = await store.getSnapshotSchedule(scheduleId);
  if (schedule === undefined) throw new Error('the schedule is gone');
  const instant = Math.floor(Date.now() / 1000) - secondsAgo;
  await store.putSnapshotSchedule({ ...schedule, everyMinutes: 24 * 60, [which]: instant });
  await bed.tick();
};

describe('a scheduled snapshot', { timeout: 400_000 }, () => {
  it('fires by itself, and is a snapshot like any other', async () => {
    const firstDueSeconds = Math.floor(Date.now() / 1000);
    await store.putSnapshotSchedule(
      newSnapshotSchedule({
        scheduleId,
        hostId,
        databaseIds: [sourceId],
        everyMinutes: 1,
        keepNewest: 2,
        firstDueSeconds,
      }),
    );
    const [task] = await completed('CreateDBSnapshotCommand', 1);
    const [snapshot, ...others] = await listed();
    expect(others).toEqual([]);
    expect(task).toMatchObject({ error: '', result: { db_snapshot: { id: snapshot?.id } } });
    expect(snapshot).toMatchObject({
      host_id: hostId,
      databases: [{ db_id: sourceId, db_name: 'orders' }],
      consistency_level: 'application',
    });
    const before = new Set(clean.array.snapshots);
    const taken = (await array.snapshots()).filter((one) => !before.has(one.name));
    expect(taken.map((one) => one.id)).toEqual(snapshot?.vg_snapshot_ids);
    const schedule = await store.getSnapshotSchedule(scheduleId);
    expect(schedule).toMatchObject({ lastRequestId: task?.request_id, lastError: '' });
    expect((schedule?.nextDueSeconds ?? 0) - firstDueSeconds).toSatisfy((past: number) => past > 0 && past % 60 === 0);
  });

  it('makes room: only the newest are kept, here and on the array', async () => {
    const [oldest] = await listed();
    for (const count of [2, 3]) {
      await moveDue('nextDueSeconds', 1000 * count);
      await completed('CreateDBSnapshotCommand', count);
    }
    await moveDue('tidyDueSeconds', 1);
    await completed('DeleteDBSnapshotCommand', 1);
    const kept = await waitUntil('two snapshots to be left', firesWithinMs, async () => {
      const left = await listed();
      return left.length === 2 ? left : undefined;
    });
    const taken = (await completed('CreateDBSnapshotCommand', 3)).map((one) => one.result?.db_snapshot?.id);
    expect(taken).toEqual(expect.arrayContaining(kept.map((one) => one.id)));
    expect(kept.map((one) => one.id)).not.toContain(oldest?.id);
    const gone = new Set(oldest?.vg_snapshot_ids);
    const standing = await onArray();
    expect(standing.filter((id) => gone.has(id))).toEqual([]);
    expect(standing).toEqual(expect.arrayContaining(kept.flatMap((one) => one.vg_snapshot_ids)));
  });

  it('stops with its schedule, and leaves nothing once its snapshots are deleted', async () => {
    await store.removeSnapshotSchedule(scheduleId);
    await waitUntil('no task to run', firesWithinMs, async () =>
      (await tasks()).every((one) => one.state !== 'running') ? true : undefined,
    );
    for (const { id } of await listed()) await deleteSnapshot(bed.api, id);
    expect(await settledFootprint(bed, array, clean)).toEqual(clean);
    expect((await tasks()).map((one) => one.state)).not.toContain('failed');
  });
});
