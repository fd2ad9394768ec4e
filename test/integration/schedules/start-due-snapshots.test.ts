/** The tick over a real table: what it records, starts and leaves, run once, twice, late, and after a death. */
import { describe, expect, it } from 'vitest';
import { startDueSnapshots } from '../../../functions/schedules/start-due-snapshots/start-due-snapshots.ts';
import { createStore } from '../../../shared/adapters/store-dynamodb/store.ts';
import type { Clone } from '../../../shared/domain/clone.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import { runRequestId, type SnapshotSchedule } from '../../../shared/domain/snapshot-schedule.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import { useDatabase } from '../../api/test-database.ts';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { aDatabase } from '../../builders/database.ts';
import { aHost, aHostToken } from '../../builders/host.ts';
import { recordingFlows } from '../../builders/recording-flows.ts';
import { aSnapshotSchedule } from '../../builders/snapshot-schedule.ts';
import { anAuditEntry, aSnapshotPlan, aTask, noGuards } from '../../builders/task.ts';
import { scheduleGrants } from '../../../infra/grants/schedules.ts';
import { actingAs, grantedFlows } from '../../api/acting-as.ts';

const freshTable = useDatabase();

/** A table with host-1 and its database 5, and a tick at a time of the test's choice. */
async function startBed(schedules: readonly SnapshotSchedule[] = [aSnapshotSchedule()]) {
  const table = await freshTable();
  const store = createStore(table.name, table.config);
  const flows = recordingFlows();
  const host = aHost();
  await store.register(host, aHostToken(host), anAuditEntry());
  await store.putDatabases([aDatabase()]);
  for (const schedule of schedules) await store.putSnapshotSchedule(schedule);
  const depsAt = (nowSeconds: number) => ({
    store,
    flows: grantedFlows(flows),
    clock: { nowMilliseconds: () => nowSeconds * 1000 },
    log: silentLog,
  });
  const grants = scheduleGrants['start-due-snapshots'];
  const actor = { functionName: 'schedules-start-due-snapshots', grants, onRefusal: () => undefined };
  const tick = (nowSeconds: number) => actingAs(actor, () => startDueSnapshots(depsAt(nowSeconds)));
  const scheduled = async (scheduleId = 'nightly'): Promise<SnapshotSchedule> => {
    const found = await store.getSnapshotSchedule(scheduleId);
    if (found === undefined) throw new Error(`no schedule ${scheduleId}`);
    return found;
  };
  const finish = (requestId: string) => store.finishTask(requestId, 'done', { error: '', result: null }, 6001);
  return { table, store, flows, depsAt, tick, scheduled, finish };
}
type TestBed = Awaited<ReturnType<typeof startBed>>;

/** An available snapshot that a run of the schedule left. */
async function given(
  bed: TestBed,
  takenAtSeconds: number,
  about: Partial<Snapshot> = {},
  cloned: readonly Clone[] = [],
): Promise<string> {
  const requestId = `took-${about.scheduleId ?? 'nightly'}-${String(takenAtSeconds)}`;
  const snapshotId = `${about.scheduleId ?? 'nightly'}_${String(takenAtSeconds)}`;
  await bed.store.recordTask(aTask({ requestId, plan: aSnapshotPlan() }), anAuditEntry(), noGuards);
  const snapshot = aSnapshot({ snapshotId, requestId, takenAtSeconds, scheduleId: 'nightly', ...about });
  await bed.store.recordSnapshot(snapshot, []);
  if (cloned.length === 0) await bed.store.publishSnapshot(requestId, snapshotId, { snapshotId });
  else await bed.store.publishClones(requestId, snapshotId, cloned, { snapshotId });
  await bed.finish(requestId);
  return snapshotId;
}

const deletions = async (bed: TestBed): Promise<readonly string[]> =>
  (await bed.store.listTasks()).flatMap((task) => (task.plan.flow === 'delete-snapshot' ? [task.plan.snapshotId] : []));

const auditRows = async (bed: TestBed) =>
  (await bed.table.rows()).filter((row) => row['_et'] === 'audit' && row['principal'] === 'schedule:nightly');

describe('a run', () => {
  it('is a task of the schedule with its audit entry, started, and the schedule has moved on', async () => {
    const bed = await startBed();
    expect(await bed.tick(6000)).toEqual({ started: 1, missed: 0, deleting: 0, failed: 0 });
    const [task, ...others] = await bed.store.listTasks();
    expect(others).toEqual([]);
    const requestId = runRequestId(aSnapshotSchedule());
    expect(task).toMatchObject({
      requestId,
      commandType: 'CreateDBSnapshotCommand',
      state: 'queued',
      principal: 'schedule:nightly',
      createdAtSeconds: 6000,
      plan: aSnapshotPlan({ scheduleId: 'nightly' }),
    });
    expect(task?.refId).toMatch(/^self-[a-zA-Z0-9_-]{8}$/);
    expect(bed.flows.started).toEqual([
      { flow: 'create-snapshot', input: { request_id: requestId, attempt: 1, destinations: [] } },
    ]);
    expect(await bed.scheduled()).toMatchObject({ nextDueSeconds: 6600, lastRequestId: requestId, lastError: '' });
    expect(await auditRows(bed)).toMatchObject([{ operation: 'create-snapshot', subject: 'host-1/sales', requestId }]);
  });

  it('is not there before its instant', async () => {
    const bed = await startBed();
    expect(await bed.tick(5999)).toEqual({ started: 0, missed: 0, deleting: 0, failed: 0 });
    expect(await bed.store.listTasks()).toEqual([]);
    expect(await bed.scheduled()).toEqual(aSnapshotSchedule());
  });

  it('is one however often and however concurrently the tick comes', async () => {
    const bed = await startBed();
    const counts = await Promise.all([bed.tick(6000), bed.tick(6000), bed.tick(6001)]);
    await bed.tick(6002);
    expect(counts.map((one) => one.started).toSorted()).toEqual([0, 0, 1]);
    expect(counts.map((one) => one.failed)).toEqual([0, 0, 0]);
    expect(bed.flows.started).toHaveLength(1);
    expect(await bed.store.listTasks()).toHaveLength(1);
    expect(await auditRows(bed)).toHaveLength(1);
  });

  it('makes up once for what a late tick missed, and then goes on upon the grid', async () => {
    const bed = await startBed();
    const late = 6000 + 25 * 600 + 7;
    expect((await bed.tick(late)).started).toBe(1);
    expect((await bed.tick(late + 1)).started).toBe(0);
    expect(await bed.scheduled()).toMatchObject({ nextDueSeconds: 6000 + 26 * 600 });
    await bed.finish(runRequestId(aSnapshotSchedule()));
    expect((await bed.tick(6000 + 26 * 600)).started).toBe(1);
    expect(await bed.store.listTasks()).toHaveLength(2);
  });

  it('comes into being though the process dies between the claim and the start', async () => {
    const bed = await startBed();
    const dying = bed.depsAt(6000);
    const counts = await startDueSnapshots({
      ...dying,
      flows: { start: () => Promise.reject(new Error('the process died')) },
    });
    expect(counts).toMatchObject({ started: 0, failed: 1 });
    const requestId = runRequestId(aSnapshotSchedule());
    // The sweeper starts what is open and has no execution.
    expect(await bed.store.listOpenTasks()).toEqual([requestId]);
    expect(await bed.scheduled()).toMatchObject({ nextDueSeconds: 6600, lastRequestId: requestId });
    await bed.tick(6000);
    expect(await bed.store.listTasks()).toHaveLength(1);
  });

  it('is passed over while the one before is not over, and says so', async () => {
    const bed = await startBed();
    await bed.tick(6000);
    expect(await bed.tick(6600)).toMatchObject({ started: 0, missed: 1 });
    const requestId = runRequestId(aSnapshotSchedule());
    expect(await bed.scheduled()).toMatchObject({ nextDueSeconds: 7200, lastRequestId: requestId });
    expect((await bed.scheduled()).lastError).toContain(requestId);
    await bed.finish(requestId);
    expect(await bed.tick(7200)).toMatchObject({ started: 1, missed: 0 });
    expect((await bed.scheduled()).lastError).toBe('');
  });

  it('at an instant that had its run is not repeated when somebody sets the schedule back', async () => {
    const bed = await startBed();
    await bed.tick(6000);
    await bed.finish(runRequestId(aSnapshotSchedule()));
    await bed.store.putSnapshotSchedule(aSnapshotSchedule());
    expect(await bed.tick(6030)).toMatchObject({ started: 0, failed: 0 });
    expect(await bed.store.listTasks()).toHaveLength(1);
    expect(await bed.scheduled()).toMatchObject({ nextDueSeconds: 6600 });
  });
});

describe('a schedule that cannot run', () => {
  it.each([
    { what: 'host is gone', about: { hostId: 'host-9' }, says: "host 'host-9' is not registered" },
    { what: 'database is gone', about: { databaseIds: ['9'] }, says: "host 'host-1' has no database '9'" },
  ])('because its $what says so, moves on, and stops no other', async ({ about, says }) => {
    const broken = aSnapshotSchedule({ scheduleId: 'broken', nextDueSeconds: 5000, ...about });
    const bed = await startBed([broken, aSnapshotSchedule()]);
    expect(await bed.tick(6000)).toEqual({ started: 1, missed: 1, deleting: 0, failed: 0 });
    expect(await bed.scheduled('broken')).toMatchObject({ nextDueSeconds: 6200, lastRequestId: '', lastError: says });
    expect(await bed.scheduled()).toMatchObject({ lastError: '' });
  });

  it('is missed once however concurrently the tick comes', async () => {
    const bed = await startBed([aSnapshotSchedule({ hostId: 'host-9' })]);
    const counts = await Promise.all([bed.tick(6000), bed.tick(6000), bed.tick(6000)]);
    expect(counts.map((one) => one.missed).toSorted()).toEqual([0, 0, 1]);
    expect(counts.map((one) => one.failed)).toEqual([0, 0, 0]);
  });

  it('reports of an earlier registration of the host are no databases', async () => {
    const bed = await startBed();
    await bed.store.unregister('host-1', anAuditEntry());
    const again = aHost({ generation: 200 });
    await bed.store.register(again, aHostToken(again), anAuditEntry());
    expect(await bed.tick(6000)).toMatchObject({ started: 0, missed: 1 });
    expect((await bed.scheduled()).lastError).toContain("no database '5'");
  });

  it('that the tick fails over is left to the next tick, and stops no other', async () => {
    const bed = await startBed([
      aSnapshotSchedule({ scheduleId: 'broken', nextDueSeconds: 5000 }),
      aSnapshotSchedule(),
    ]);
    const deps = bed.depsAt(6000);
    let isFirst = true;
    const failingOnce = async (hostId: string) => {
      if (!isFirst) return await bed.store.getHost(hostId);
      isFirst = false;
      throw new Error('the table is busy');
    };
    const counts = await startDueSnapshots({ ...deps, store: { ...bed.store, getHost: failingOnce } });
    expect(counts).toEqual({ started: 1, missed: 0, deleting: 0, failed: 1 });
    expect(await bed.tick(6001)).toMatchObject({ started: 1, failed: 0 });
  });
});

describe('retention', () => {
  const tidied = aSnapshotSchedule({ nextDueSeconds: 9000, tidyDueSeconds: 8000 });

  it('deletes, as a call would, what is beyond the newest of this schedule, and nothing else', async () => {
    const bed = await startBed([tidied]);
    const [first, second] = [await given(bed, 100), await given(bed, 200)];
    for (const takenAtSeconds of [300, 400]) await given(bed, takenAtSeconds);
    for (const scheduleId of ['weekly', '']) await given(bed, 50, { scheduleId });
    expect(await bed.tick(8000)).toEqual({ started: 0, missed: 0, deleting: 2, failed: 0 });
    expect(await deletions(bed)).toHaveLength(2);
    expect(new Set(await deletions(bed))).toEqual(new Set([first, second]));
    expect(bed.flows.started.map((one) => one.flow)).toEqual(['delete-snapshot', 'delete-snapshot']);
    const task = (await bed.store.listTasks()).find((one) => one.plan.flow === 'delete-snapshot');
    expect(task).toMatchObject({ commandType: 'DeleteDBSnapshotCommand', principal: 'schedule:nightly' });
    expect(await auditRows(bed)).toMatchObject([{ operation: 'delete-snapshot' }, { operation: 'delete-snapshot' }]);
    expect(await bed.scheduled()).toEqual({ ...tidied, tidyDueSeconds: 0 });
  });

  it('deletes each once however often and however concurrently the tick comes', async () => {
    const bed = await startBed([tidied]);
    for (const takenAtSeconds of [100, 200, 300]) await given(bed, takenAtSeconds);
    const counts = await Promise.all([bed.tick(8000), bed.tick(8000)]);
    await bed.tick(8001);
    expect(counts.map((one) => one.deleting).toSorted()).toEqual([0, 1]);
    expect(counts.map((one) => one.failed)).toEqual([0, 0]);
    expect(await deletions(bed)).toEqual(['nightly_100']);
  });

  it('does it again under the same ids after a death before the schedule moved', async () => {
    const bed = await startBed([tidied]);
    for (const takenAtSeconds of [100, 200, 300]) await given(bed, takenAtSeconds);
    const deps = bed.depsAt(8000);
    const dying = { ...bed.store, claimSnapshotSchedule: () => Promise.reject(new Error('the process died')) };
    expect(await startDueSnapshots({ ...deps, store: dying })).toMatchObject({ deleting: 0, failed: 1 });
    expect(await bed.tick(8001)).toMatchObject({ failed: 0 });
    expect(await deletions(bed)).toEqual(['nightly_100']);
    expect(await bed.scheduled()).toMatchObject({ tidyDueSeconds: 0 });
  });

  it('leaves one that a clone needs, deletes the others, and tries it again after the next run', async () => {
    const bed = await startBed([tidied]);
    const clone = aClone({ snapshotId: 'nightly_100' });
    const pinned = await given(bed, 100, {}, [clone]);
    for (const takenAtSeconds of [200, 300, 400]) await given(bed, takenAtSeconds);
    expect(await bed.tick(8000)).toMatchObject({ deleting: 1, failed: 0 });
    expect(await deletions(bed)).toEqual(['nightly_200']);
    expect((await bed.store.getSnapshot(pinned))?.exclusiveBy).toBe('');

    await bed.store.forgetClone(clone.hostId, clone.dbId, pinned);
    expect(await bed.tick(8500)).toMatchObject({ deleting: 0 });
    await bed.tick(9000);
    await bed.finish((await bed.scheduled()).lastRequestId);
    const { tidyDueSeconds } = await bed.scheduled();
    expect(await bed.tick(tidyDueSeconds)).toMatchObject({ deleting: 1 });
    expect(new Set(await deletions(bed))).toEqual(new Set(['nightly_200', pinned]));
  });

  it('tries a deletion again that failed, under a new task', async () => {
    const bed = await startBed([tidied]);
    const first = await given(bed, 100);
    for (const takenAtSeconds of [200, 300]) await given(bed, takenAtSeconds);
    await bed.tick(8000);
    const failed = (await bed.store.listTasks()).find((one) => one.plan.flow === 'delete-snapshot');
    await bed.store.finishTask(failed?.requestId ?? '', 'failed', { error: 'the array refused', result: null }, 8001);
    await bed.store.unlockSnapshot(first, failed?.requestId ?? '');
    await bed.tick(9000);
    await bed.finish((await bed.scheduled()).lastRequestId);
    expect(await bed.tick((await bed.scheduled()).tidyDueSeconds)).toMatchObject({ deleting: 1, failed: 0 });
    expect(await deletions(bed)).toEqual([first, first]);
  });

  it('waits for the run under way, whose snapshot counts too', async () => {
    const bed = await startBed([
      aSnapshotSchedule({ lastRequestId: 'running', nextDueSeconds: 9000, tidyDueSeconds: 8000 }),
    ]);
    const running: Task = aTask({ requestId: 'running', plan: aSnapshotPlan({ scheduleId: 'nightly' }) });
    await bed.store.recordTask(running, anAuditEntry(), noGuards);
    for (const takenAtSeconds of [100, 200, 300]) await given(bed, takenAtSeconds);
    expect(await bed.tick(8000)).toMatchObject({ deleting: 0 });
    expect(await bed.scheduled()).toMatchObject({ tidyDueSeconds: 8060 });
    await bed.finish('running');
    expect(await bed.tick(8060)).toMatchObject({ deleting: 1 });
  });

  it('comes before the run where both are due', async () => {
    const bed = await startBed([aSnapshotSchedule({ nextDueSeconds: 8000, tidyDueSeconds: 8000 })]);
    for (const takenAtSeconds of [100, 200, 300]) await given(bed, takenAtSeconds);
    expect(await bed.tick(8000)).toEqual({ started: 1, missed: 0, deleting: 1, failed: 0 });
    expect(await bed.scheduled()).toMatchObject({ nextDueSeconds: 8600, tidyDueSeconds: 8010 });
  });
});

it('reads no more than what is due when nothing is', async () => {
  const bed = await startBed();
  bed.table.forgetCalls();
  await bed.tick(5000);
  expect(bed.table.calls()).toEqual(['Query', 'Query', 'Query', 'Query']);
});
