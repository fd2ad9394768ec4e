import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterDue,
  afterTidying,
  beyondRetention,
  deletionRequestId,
  isRunDue,
  isTidyingDue,
  newSnapshotSchedule,
  nextDue,
  runRequestId,
  type SnapshotSchedule,
  snapshotRequestOf,
  tidyAgainSeconds,
  tidyDelaySeconds,
  wakesAtSeconds,
} from '../../../shared/domain/snapshot-schedule.ts';
import { aSnapshot } from '../../builders/catalog.ts';
import { aSnapshotSchedule } from '../../builders/snapshot-schedule.ts';

describe('the next due instant', () => {
  it.each([
    { when: 'on time', now: 6000, next: 6600 },
    { when: 'a little late', now: 6059, next: 6600 },
    { when: 'one period late', now: 6600, next: 7200 },
    { when: 'a day late', now: 6000 + 86_400 + 1, next: 6000 + 86_400 + 600 },
    { when: 'early', now: 5000, next: 6600 },
  ])('$when is the next slot of the grid', ({ now, next }) => {
    expect(nextDue(aSnapshotSchedule(), now)).toBe(next);
  });

  it('lies on the grid, in the future, at most a period away, however late the tick', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 527_040 }),
        fc.integer({ min: 1, max: 2_000_000_000 }),
        fc.nat({ max: 500_000_000 }),
        (everyMinutes, nextDueSeconds, lateSeconds) => {
          const now = nextDueSeconds + lateSeconds;
          const next = nextDue(aSnapshotSchedule({ everyMinutes, nextDueSeconds }), now);
          return next > now && next <= now + everyMinutes * 60 && (next - nextDueSeconds) % (everyMinutes * 60) === 0;
        },
      ),
    );
  });
});

describe('a schedule', () => {
  it('wakes for whichever comes first', () => {
    expect(wakesAtSeconds(aSnapshotSchedule())).toBe(6000);
    expect(wakesAtSeconds(aSnapshotSchedule({ tidyDueSeconds: 5000 }))).toBe(5000);
    expect(wakesAtSeconds(aSnapshotSchedule({ tidyDueSeconds: 7000 }))).toBe(6000);
  });

  it('is due at its instants and not before', () => {
    const schedule = aSnapshotSchedule({ tidyDueSeconds: 7000 });
    expect([5999, 6000].map((now) => isRunDue(schedule, now))).toEqual([false, true]);
    expect([6999, 7000].map((now) => isTidyingDue(schedule, now))).toEqual([false, true]);
    expect(isTidyingDue(aSnapshotSchedule(), 1_000_000)).toBe(false);
  });

  it('notes its run, or why there was none, and is tidied a little later', () => {
    const before = aSnapshotSchedule({ lastRequestId: 'earlier', lastError: 'no host' });
    expect(afterDue(before, 6001, { requestId: 'now' })).toEqual({
      ...before,
      nextDueSeconds: 6600,
      tidyDueSeconds: 6001 + tidyDelaySeconds,
      lastRequestId: 'now',
      lastError: '',
    });
    expect(afterDue(before, 6001, { error: 'gone' })).toMatchObject({
      nextDueSeconds: 6600,
      lastRequestId: 'earlier',
      lastError: 'gone',
    });
  });

  it('is tidied once after a run, and again while that run is not over', () => {
    const schedule = aSnapshotSchedule({ tidyDueSeconds: 6010 });
    expect(afterTidying(schedule, 6020, false).tidyDueSeconds).toBe(0);
    expect(afterTidying(schedule, 6020, true).tidyDueSeconds).toBe(6020 + tidyAgainSeconds);
  });

  it('gives a run and each deletion one id each, the same every time it is asked', () => {
    const schedule = aSnapshotSchedule({ tidyDueSeconds: 6010 });
    const later = { ...schedule, nextDueSeconds: 6600, tidyDueSeconds: 6610 };
    const other = { ...schedule, scheduleId: 'weekly' };
    expect(runRequestId(schedule)).toBe(runRequestId({ ...schedule, keepNewest: 9 }));
    const ids = [schedule, later, other].flatMap((one) => [
      runRequestId(one),
      deletionRequestId(one, 'snap_1'),
      deletionRequestId(one, 'snap_2'),
    ]);
    expect(new Set(ids).size).toBe(9);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{32}$/);
  });

  it('asks for a snapshot of all its databases that names it', () => {
    expect(snapshotRequestOf(aSnapshotSchedule({ databaseIds: ['5', '6'] }))).toEqual({
      hostId: 'host-1',
      databaseIds: ['5', '6'],
      namePrefix: 'snap',
      consistencyLevel: 'application',
      forceVss: false,
      scheduleId: 'nightly',
    });
  });
});

describe('a new schedule', () => {
  const wanted = {
    scheduleId: 'nightly',
    hostId: 'host-1',
    databaseIds: ['5'],
    everyMinutes: 1,
    keepNewest: 1,
    firstDueSeconds: 6000,
  };

  it('is due at its first instant', () => {
    expect(newSnapshotSchedule(wanted)).toEqual(aSnapshotSchedule({ everyMinutes: 1, keepNewest: 1 }));
  });

  it.each<readonly [string, Partial<typeof wanted>]>([
    ['id', { scheduleId: '' }],
    ['id', { scheduleId: 'a/b' }],
    ['id', { scheduleId: 'x'.repeat(65) }],
    ['host', { hostId: '' }],
    ['databases', { databaseIds: [] }],
    ['databases', { databaseIds: Array.from({ length: 51 }, (_, index) => String(index)) }],
    ['twice', { databaseIds: ['5', '5'] }],
    ['database id', { databaseIds: [''] }],
    ['minutes', { everyMinutes: 0 }],
    ['minutes', { everyMinutes: 1.5 }],
    ['minutes', { everyMinutes: 527_041 }],
    ['minutes', { everyMinutes: Number.NaN }],
    ['keep', { keepNewest: 0 }],
    ['keep', { keepNewest: 1001 }],
    ['due instant', { firstDueSeconds: 0.5 }],
  ])('out of bounds is refused, naming %s', (word, about) => {
    expect(() => newSnapshotSchedule({ ...wanted, ...about })).toThrow(
      expect.objectContaining({ code: 'BadRequest', message: expect.stringContaining(word) }),
    );
  });
});

describe('retention', () => {
  const schedule: SnapshotSchedule = aSnapshotSchedule();
  const taken = (takenAtSeconds: number, about: Parameters<typeof aSnapshot>[0] = {}) =>
    aSnapshot({
      snapshotId: `snap_${String(takenAtSeconds)}`,
      takenAtSeconds,
      state: 'available',
      scheduleId: 'nightly',
      ...about,
    });
  const idsBeyond = (snapshots: readonly ReturnType<typeof taken>[]) =>
    beyondRetention(schedule, snapshots).map((one) => one.snapshotId);

  it('names all but the newest, oldest first', () => {
    expect(idsBeyond([taken(3), taken(1), taken(4), taken(2)])).toEqual(['snap_1', 'snap_2']);
    expect(idsBeyond([taken(3), taken(4)])).toEqual([]);
  });

  it('counts only what this schedule made and everybody sees', () => {
    const others = [
      taken(10, { scheduleId: '' }),
      taken(11, { scheduleId: 'weekly' }),
      taken(12, { state: 'pending' }),
    ];
    expect(idsBeyond([...others, taken(1), taken(2)])).toEqual([]);
    expect(idsBeyond([...others, taken(1), taken(2), taken(3)])).toEqual(['snap_1']);
  });

  it('takes no place for one that is being deleted, and does not name it', () => {
    expect(idsBeyond([taken(3, { exclusiveBy: 'request-9' }), taken(2), taken(1)])).toEqual([]);
  });

  it('names a pinned one: whether it may go is decided when it is to go', () => {
    expect(idsBeyond([taken(1, { pins: new Set(['clone#h#1']) }), taken(2), taken(3)])).toEqual(['snap_1']);
  });
});
