/**
 * A schedule of snapshots: databases of one host, every so many minutes, the newest so many kept. Time is passed in.
 * Runs lie on a grid that begins at the first due instant; a late tick makes up for what it missed with one run.
 */
import { DomainError } from './errors.ts';
import { dueRequestId } from './request-id.ts';
import type { Snapshot } from './snapshot.ts';
import { maxSnapshotDatabases, type SnapshotRequest } from './snapshot-validation.ts';

export interface SnapshotSchedule {
  readonly scheduleId: string;
  readonly hostId: string;
  readonly databaseIds: readonly string[];
  readonly everyMinutes: number;
  readonly keepNewest: number;
  /** Unix seconds of the next run. */
  readonly nextDueSeconds: number;
  /** When its old snapshots are looked at next; 0: not before the next run. */
  readonly tidyDueSeconds: number;
  /** Task of the last run, '' before the first. */
  readonly lastRequestId: string;
  /** Why there was no task at the last due instant, '' when there was one. */
  readonly lastError: string;
}

/** A year: whoever wants less is better served by hand. */
const maxEveryMinutes = 366 * 24 * 60;
const maxKeepNewest = 1000;

/** What is wrong with a schedule as somebody wrote it, '' when nothing is. */
function snapshotScheduleProblem(wanted: SnapshotSchedule): string {
  const isCount = (value: number, most: number): boolean => Number.isInteger(value) && value >= 1 && value <= most;
  const { databaseIds } = wanted;
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(wanted.scheduleId)) return 'id must have 1 to 64 letters, digits, - or _';
  if (wanted.hostId === '') return 'host must not be empty';
  if (!isCount(databaseIds.length, maxSnapshotDatabases))
    return `databases must be 1 to ${String(maxSnapshotDatabases)}`;
  if (databaseIds.includes('')) return 'a database id must not be empty';
  if (new Set(databaseIds).size !== databaseIds.length) return 'a database is named twice';
  if (!isCount(wanted.everyMinutes, maxEveryMinutes)) return `minutes must be 1 to ${String(maxEveryMinutes)}`;
  if (!isCount(wanted.keepNewest, maxKeepNewest)) return `snapshots to keep must be 1 to ${String(maxKeepNewest)}`;
  if (!Number.isInteger(wanted.nextDueSeconds) || wanted.nextDueSeconds < 1) return 'the due instant must be a second';
  return '';
}

/** A schedule that has not run yet. Throws `BadRequest` naming what is out of bounds. */
export function newSnapshotSchedule(
  wanted: Pick<SnapshotSchedule, 'scheduleId' | 'hostId' | 'databaseIds' | 'everyMinutes' | 'keepNewest'> & {
    readonly firstDueSeconds: number;
  },
): SnapshotSchedule {
  const { firstDueSeconds, ...rest } = wanted;
  const schedule = { ...rest, nextDueSeconds: firstDueSeconds, tidyDueSeconds: 0, lastRequestId: '', lastError: '' };
  const problem = snapshotScheduleProblem(schedule);
  if (problem !== '') throw new DomainError('BadRequest', `schedule '${wanted.scheduleId}': ${problem}`);
  return schedule;
}

/** When the schedule wants to be looked at next. */
export const wakesAtSeconds = (schedule: SnapshotSchedule): number =>
  schedule.tidyDueSeconds === 0 ? schedule.nextDueSeconds : Math.min(schedule.nextDueSeconds, schedule.tidyDueSeconds);

export const isRunDue = (schedule: SnapshotSchedule, nowSeconds: number): boolean =>
  schedule.nextDueSeconds <= nowSeconds;

export const isTidyingDue = (schedule: SnapshotSchedule, nowSeconds: number): boolean =>
  schedule.tidyDueSeconds !== 0 && schedule.tidyDueSeconds <= nowSeconds;

/** The first slot of the grid that lies in the future: what was missed in between is not run one by one. */
export function nextDue(schedule: SnapshotSchedule, nowSeconds: number): number {
  const periodSeconds = schedule.everyMinutes * 60;
  const missed = Math.max(0, Math.floor((nowSeconds - schedule.nextDueSeconds) / periodSeconds));
  return schedule.nextDueSeconds + (missed + 1) * periodSeconds;
}

/** A run that goes well takes about this long; then there is one snapshot too many. */
export const tidyDelaySeconds = 10;
/** A run that is not over when its turn to tidy comes is looked at again this much later. */
export const tidyAgainSeconds = 60;

/** The schedule once its due instant is dealt with: with a task, or with the reason why there is none. */
export const afterDue = (
  schedule: SnapshotSchedule,
  nowSeconds: number,
  run: { readonly requestId: string } | { readonly error: string },
): SnapshotSchedule => ({
  ...schedule,
  nextDueSeconds: nextDue(schedule, nowSeconds),
  tidyDueSeconds: nowSeconds + tidyDelaySeconds,
  lastRequestId: 'requestId' in run ? run.requestId : schedule.lastRequestId,
  lastError: 'error' in run ? run.error : '',
});

/** Old snapshots that could not go are tried after the next run; those a run under way will make too many, soon. */
export const afterTidying = (
  schedule: SnapshotSchedule,
  nowSeconds: number,
  isRunUnderWay: boolean,
): SnapshotSchedule => ({ ...schedule, tidyDueSeconds: isRunUnderWay ? nowSeconds + tidyAgainSeconds : 0 });

/**
 * The schedule's own snapshots beyond the newest it keeps, oldest first. One that is being deleted already is neither
 * kept nor named, so that its deletion never costs another one its place.
 */
export function beyondRetention(schedule: SnapshotSchedule, snapshots: readonly Snapshot[]): readonly Snapshot[] {
  return snapshots
    .filter((one) => one.scheduleId === schedule.scheduleId && one.state === 'available' && one.exclusiveBy === '')
    .toSorted(
      (left, right) => right.takenAtSeconds - left.takenAtSeconds || (left.snapshotId < right.snapshotId ? 1 : -1),
    )
    .slice(schedule.keepNewest)
    .toReversed();
}

/** Who asks for what falls due. */
export const schedulePrincipal = (schedule: SnapshotSchedule): string => `schedule:${schedule.scheduleId}`;

/** Of the run at the due instant. */
export const runRequestId = (schedule: SnapshotSchedule): string =>
  dueRequestId(schedule.nextDueSeconds, 'create-snapshot', schedule.scheduleId);

/** Of the deletion of one old snapshot: the same however often one tidying is repeated, another one at the next. */
export const deletionRequestId = (schedule: SnapshotSchedule, snapshotId: string): string =>
  dueRequestId(schedule.tidyDueSeconds, 'delete-snapshot', schedule.scheduleId, snapshotId);

/** Scheduled snapshots are consistent for the application, under the contract's default prefix. Flex contract, section 7. */
export const snapshotRequestOf = (schedule: SnapshotSchedule): SnapshotRequest => ({
  hostId: schedule.hostId,
  databaseIds: schedule.databaseIds,
  namePrefix: 'snap',
  consistencyLevel: 'application',
  forceVss: false,
  scheduleId: schedule.scheduleId,
});
