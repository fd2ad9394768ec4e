import type { SnapshotSchedule } from '../../shared/domain/snapshot-schedule.ts';

/** Of database 5 of host-1, every 10 minutes, the newest two kept; due at second 6000, and never run yet. */
export const aSnapshotSchedule = (about: Partial<SnapshotSchedule> = {}): SnapshotSchedule => ({
  scheduleId: 'nightly',
  hostId: 'host-1',
  databaseIds: ['5'],
  everyMinutes: 10,
  keepNewest: 2,
  nextDueSeconds: 6000,
  tidyDueSeconds: 0,
  lastRequestId: '',
  lastError: '',
  ...about,
});
