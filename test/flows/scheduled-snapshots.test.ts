/** From the schedule's row to the array and back: the real tick, the real flows, the sweeper for who died in between. */
import { expect, it, vi } from 'vitest';
import { startDueSnapshots } from '../../functions/schedules/start-due-snapshots/start-due-snapshots.ts';
import { newSnapshotSchedule, runRequestId } from '../../shared/domain/snapshot-schedule.ts';
import type { FlowsPort } from '../../shared/ports/flows.ts';
import { silentLog } from '../../shared/ports/log.ts';
import { useDatabase } from '../api/test-database.ts';
import { drive } from './bed/ending.ts';
import { createWorld, original, sourceHostId, type World } from './bed/world.ts';
import { scheduleGrants } from '../../infra/grants/schedules.ts';
import { actingAs, grantedFlows } from '../api/acting-as.ts';

vi.setConfig({ testTimeout: 100_000 });
const freshTable = useDatabase();

const inWorld = async (body: (world: World, tickAt: (nowSeconds: number) => Promise<void>) => Promise<void>) => {
  const world = await createWorld(await freshTable());
  try {
    await body(world, (nowSeconds) => tick(world, nowSeconds, world.engine.flows));
    expect(world.troubles()).toEqual([]);
  } finally {
    await world.stop();
  }
};

async function tick(world: World, nowSeconds: number, flows: Pick<FlowsPort, 'start'>): Promise<void> {
  const clock = { nowMilliseconds: () => nowSeconds * 1000 };
  const grants = scheduleGrants['start-due-snapshots'];
  const actor = { functionName: 'schedules-start-due-snapshots', grants, onRefusal: () => undefined };
  await actingAs(actor, () =>
    startDueSnapshots({
      store: world.store,
      flows: grantedFlows({ ...world.engine.flows, ...flows }),
      clock,
      log: silentLog,
    }),
  );
}

const firstDueSeconds = Math.floor(Date.now() / 1000);
const schedule = newSnapshotSchedule({
  scheduleId: 'nightly',
  hostId: sourceHostId,
  databaseIds: [original.id],
  everyMinutes: 10,
  keepNewest: 2,
  firstDueSeconds,
});
const due = (run: number): number => firstDueSeconds + run * 600;

const lastRun = async (world: World): Promise<string> =>
  (await world.store.getSnapshotSchedule(schedule.scheduleId))?.lastRequestId ?? '';

it('keeps the newest on the array, and nothing of what it deleted', () =>
  inWorld(async (world, tickAt) => {
    await world.store.putSnapshotSchedule(schedule);
    const clean = await world.lines();
    const taken: string[] = [];
    for (const run of [0, 1, 2, 3]) {
      await tickAt(due(run));
      const { task } = await drive(world, await lastRun(world));
      expect(task).toMatchObject({ state: 'done', result: { snapshotId: task.snapshotId } });
      taken.push(task.snapshotId);
      await tickAt(due(run) + 60);
      await world.idle();
    }
    const kept = (await world.store.listSnapshots()).map((one) => one.snapshotId);
    expect(kept.toSorted()).toEqual(taken.slice(-2).toSorted());
    // Two volume groups each.
    expect(world.array.memory.contents().snapshots).toHaveLength(4);

    await world.store.putSnapshotSchedule({
      ...schedule,
      keepNewest: 1,
      nextDueSeconds: due(9),
      tidyDueSeconds: due(4),
    });
    await tickAt(due(4));
    await world.idle();
    expect((await world.store.listSnapshots()).map((one) => one.snapshotId)).toEqual(taken.slice(-1));
    const journals = /^task#\S+ effect#/;
    const left = (await world.lines()).filter((line) => !clean.includes(line) && !journals.test(line));
    expect(left).toHaveLength(3);
  }));

it('is carried through by the sweeper when the tick died before it started the flow', () =>
  inWorld(async (world) => {
    await world.store.putSnapshotSchedule(schedule);
    await tick(world, due(0), { start: () => Promise.reject(new Error('the process died')) });
    expect(world.engine.executions()).toEqual([]);
    const { task, ticks } = await drive(world, runRequestId(schedule));
    expect({ state: task.state, ticks }).toEqual({ state: 'done', ticks: 1 });
    expect(await world.store.getSnapshot(task.snapshotId)).toMatchObject({
      state: 'available',
      scheduleId: 'nightly',
      pins: new Set(),
    });
  }));
