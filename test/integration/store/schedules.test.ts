import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { afterDue, type SnapshotSchedule } from '../../../shared/domain/snapshot-schedule.ts';
import { aSnapshotSchedule } from '../../builders/snapshot-schedule.ts';
import { anAuditEntry, aSnapshotPlan, aTask, noGuards } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const stored = async (about: Partial<SnapshotSchedule> = {}): Promise<SnapshotSchedule> => {
  const schedule = aSnapshotSchedule({ scheduleId: fresh('schedule'), ...about });
  await bed.store.putSnapshotSchedule(schedule);
  return schedule;
};

const aRun = (requestId = fresh('request')) => ({
  task: aTask({ requestId, plan: aSnapshotPlan(), commandType: 'CreateDBSnapshotCommand' }),
  audit: anAuditEntry({ requestId, operation: 'create-snapshot' }),
});

/** Of those of this test, in the order in which they are answered. */
const dueAt = async (nowSeconds: number, of: readonly SnapshotSchedule[]): Promise<readonly string[]> => {
  const ids = new Set(of.map((one) => one.scheduleId));
  return (await bed.store.listDueSnapshotSchedules(nowSeconds))
    .map((one) => one.scheduleId)
    .filter((id) => ids.has(id));
};

describe('what is due', () => {
  it('is what wakes by then, longest overdue first, and comes back as it was put', async () => {
    const [late, now, later] = [
      await stored({ nextDueSeconds: 100 }),
      await stored({ nextDueSeconds: 200 }),
      await stored({ nextDueSeconds: 201 }),
    ];
    const all = [late, now, later];
    expect(await dueAt(200, all)).toEqual([late.scheduleId, now.scheduleId]);
    expect(await dueAt(99, all)).toEqual([]);
    expect(await bed.store.getSnapshotSchedule(late.scheduleId)).toEqual(late);
    for (const one of all) await bed.store.removeSnapshotSchedule(one.scheduleId);
  });

  it('wakes for the tidying before the run', async () => {
    const schedule = await stored({ nextDueSeconds: 900, tidyDueSeconds: 300 });
    expect(await dueAt(299, [schedule])).toEqual([]);
    expect(await dueAt(300, [schedule])).toEqual([schedule.scheduleId]);
    await bed.store.removeSnapshotSchedule(schedule.scheduleId);
  });

  it('is read without a look at what is not', async () => {
    const due = await stored({ nextDueSeconds: 100 });
    const others = await Promise.all(Array.from({ length: 30 }, () => stored({ nextDueSeconds: 1_000_000 })));
    bed.forgetCalls();
    expect(await dueAt(100, [due, ...others])).toEqual([due.scheduleId]);
    const operations = bed.calls.map((call) => call.operation);
    expect(operations.filter((one) => one === 'Query')).toHaveLength(4);
    expect(operations.filter((one) => one === 'GetItem')).toHaveLength(1);
    for (const one of [due, ...others]) await bed.store.removeSnapshotSchedule(one.scheduleId);
  });

  it('is bounded, and the rest comes when the first were moved', async () => {
    const all = await Promise.all(Array.from({ length: 150 }, () => stored({ nextDueSeconds: 100 })));
    const seen = new Set<string>();
    for (let call = 1; call <= 4; call += 1) {
      const due = await bed.store.listDueSnapshotSchedules(100);
      expect(due.length).toBeLessThanOrEqual(100);
      for (const one of due) {
        seen.add(one.scheduleId);
        await bed.store.claimSnapshotSchedule(one, { ...one, nextDueSeconds: 10_000_000 }, null);
      }
    }
    expect([...seen].toSorted()).toEqual(all.map((one) => one.scheduleId).toSorted());
    for (const one of all) await bed.store.removeSnapshotSchedule(one.scheduleId);
  });
});

describe('a claim', () => {
  it('moves the schedule and records the task at once', async () => {
    const schedule = await stored();
    const run = aRun();
    const next = afterDue(schedule, 6000, { requestId: run.task.requestId });
    expect(await bed.store.claimSnapshotSchedule(schedule, next, run)).toBe('claimed');
    expect(await bed.store.getSnapshotSchedule(schedule.scheduleId)).toEqual(next);
    expect(await bed.store.getTask(run.task.requestId)).toEqual(run.task);
    expect(await bed.store.listOpenTasks()).toContain(run.task.requestId);
    expect(await dueAt(6000, [schedule])).toEqual([]);
    expect(await dueAt(next.tidyDueSeconds, [schedule])).toEqual([schedule.scheduleId]);
  });

  it('is given to one of many', async () => {
    const schedule = await stored();
    const runs = Array.from({ length: 8 }, () => aRun());
    const claims = await Promise.all(
      runs.map((run) =>
        bed.store.claimSnapshotSchedule(schedule, afterDue(schedule, 6000, { requestId: run.task.requestId }), run),
      ),
    );
    expect(claims.toSorted()).toEqual(['claimed', ...Array<string>(7).fill('missed')]);
    const tasks = await Promise.all(runs.map((run) => bed.store.getTask(run.task.requestId)));
    expect(tasks.filter((task) => task !== undefined)).toHaveLength(1);
  });

  it('writes nothing when there is a task of this id', async () => {
    const schedule = await stored();
    const run = aRun();
    await bed.store.recordTask(run.task, run.audit, noGuards);
    const next = afterDue(schedule, 6000, { requestId: run.task.requestId });
    expect(await bed.store.claimSnapshotSchedule(schedule, next, run)).toBe('known');
    expect(await bed.store.getSnapshotSchedule(schedule.scheduleId)).toEqual(schedule);
    expect(await dueAt(6000, [schedule])).toEqual([schedule.scheduleId]);
    await bed.store.removeSnapshotSchedule(schedule.scheduleId);
  });

  it('of a schedule that was removed is missed, and makes no row', async () => {
    const schedule = await stored();
    await bed.store.removeSnapshotSchedule(schedule.scheduleId);
    const run = aRun();
    const next = afterDue(schedule, 6000, { requestId: run.task.requestId });
    expect(await bed.store.claimSnapshotSchedule(schedule, next, run)).toBe('missed');
    expect(await bed.store.getSnapshotSchedule(schedule.scheduleId)).toBeUndefined();
    expect(await bed.store.getTask(run.task.requestId)).toBeUndefined();
    expect(await dueAt(10_000, [schedule])).toEqual([]);
  });

  it('leaves what somebody changed meanwhile beside the instants', async () => {
    const schedule = await stored();
    await bed.store.putSnapshotSchedule({ ...schedule, keepNewest: 7 });
    const next = afterDue(schedule, 6000, { error: 'no host' });
    expect(await bed.store.claimSnapshotSchedule(schedule, next, null)).toBe('claimed');
    expect(await bed.store.getSnapshotSchedule(schedule.scheduleId)).toEqual({ ...next, keepNewest: 7 });
    await bed.store.removeSnapshotSchedule(schedule.scheduleId);
  });

  it('happens whole or not at all when the process dies', async () => {
    const schedule = await stored();
    const run = aRun();
    const next = afterDue(schedule, 6000, { requestId: run.task.requestId });
    bed.dieAtWrite(1);
    await expect(bed.store.claimSnapshotSchedule(schedule, next, run)).rejects.toThrow();
    bed.live();
    expect(await bed.store.getSnapshotSchedule(schedule.scheduleId)).toEqual(schedule);
    expect(await dueAt(6000, [schedule])).toEqual([schedule.scheduleId]);
    await bed.store.removeSnapshotSchedule(schedule.scheduleId);
  });
});

describe('putting and removing', () => {
  it('leaves one place among the due ones, the newest', async () => {
    const schedule = await stored({ nextDueSeconds: 100 });
    await bed.store.putSnapshotSchedule({ ...schedule, nextDueSeconds: 300 });
    expect(await dueAt(299, [schedule])).toEqual([]);
    await bed.store.putSnapshotSchedule({ ...schedule, nextDueSeconds: 300, everyMinutes: 3 });
    expect(await dueAt(300, [schedule])).toEqual([schedule.scheduleId]);
    await bed.store.removeSnapshotSchedule(schedule.scheduleId);
    expect(await dueAt(1_000_000, [schedule])).toEqual([]);
    expect(await bed.store.getSnapshotSchedule(schedule.scheduleId)).toBeUndefined();
    await bed.store.removeSnapshotSchedule(schedule.scheduleId);
  });

  it('many at once leave the schedule of one of them, with its place alone', async () => {
    const schedule = await stored({ nextDueSeconds: 100 });
    await Promise.all(
      [400, 500, 600].map((nextDueSeconds) => bed.store.putSnapshotSchedule({ ...schedule, nextDueSeconds })),
    );
    const last = await bed.store.getSnapshotSchedule(schedule.scheduleId);
    expect(await dueAt((last?.nextDueSeconds ?? 0) - 1, [schedule])).toEqual([]);
    expect(await dueAt(10_000, [schedule])).toEqual([schedule.scheduleId]);
    await bed.store.removeSnapshotSchedule(schedule.scheduleId);
    expect(await dueAt(10_000, [schedule])).toEqual([]);
  });
});
