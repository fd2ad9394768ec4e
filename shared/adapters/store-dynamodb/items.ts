/** Rows as the entity library reads them → values of the domain: optional sets become empty ones. */
import type { FormattedItem } from 'dynamodb-toolbox/entity';
import type { RegisteredArray } from '../../domain/array.ts';
import type { CallRecord } from '../../domain/call-record.ts';
import type { Clone } from '../../domain/clone.ts';
import type { Database } from '../../domain/database.ts';
import type { Effect } from '../../domain/effect.ts';
import type { Host } from '../../domain/host.ts';
import type { Lock } from '../../domain/lock.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { SnapshotSchedule } from '../../domain/snapshot-schedule.ts';
import type { Task } from '../../domain/task.ts';
import type { CommandTrace, EffectMoments, TaskNote } from '../../domain/task-history.ts';
import type { AppToken, Token } from '../../domain/token.ts';
import type { User } from '../../domain/user.ts';
import type { CommandRecord } from '../../ports/store.ts';
import type { Entities } from './entities.ts';

type Row<NAME extends Exclude<keyof Entities, 'table'>> = FormattedItem<Entities[NAME]>;

/** A plan recorded before arrays had names says none. */
const sdpIdOf = (plan: Partial<Pick<Plan, 'sdpId'>>): string => plan.sdpId ?? '';

/** Absent in rows written before agents said so. */
const storedUid = ({ uid = '' }: { readonly uid?: string }): string => uid;

export const Item = {
  host: (row: Row<'host'>): Host => ({
    ...row,
    mayKeepBackups: row.mayKeepBackups ?? true,
    hasVssProvider: row.hasVssProvider ?? false,
  }),
  database: (row: Row<'database'>): Database => ({ ...row, uid: row.uid ?? '' }),
  array: (row: Row<'array'>): RegisteredArray => ({
    ...row,
    removalId: row.removalId ?? '',
    removingSinceSeconds: row.removingSinceSeconds ?? 0,
  }),
  clone: (row: Row<'clone'>): Clone => ({
    ...row,
    sdpId: row.sdpId ?? '',
    uid: row.uid ?? '',
    sourceUid: row.sourceUid ?? '',
    isRestored: row.isRestored ?? false,
    snapshotIds: row.snapshotIds ?? new Set(),
  }),
  snapshot: ({ outline, detail, ...row }: Row<'snapshot'>): Snapshot => {
    const { snapshotId, state, requestId, scheduleId = '', pins = new Set(), exclusiveBy = '' } = row;
    // Rows written before there were texts have their parts as attributes of their own.
    const { hostId = '', takenAtSeconds = 0, consistencyLevel = 'crash' } = outline ?? row;
    const { hostName = '', sdpId = '', databases = [], arraySnapshots = [] } = detail ?? row;
    const { dbEngineVersion = '', isVssBased = false } = detail ?? row;
    return {
      databases: databases.map((one) => ({ ...one, uid: storedUid(one) })),
      ...{ snapshotId, state, requestId, scheduleId, pins, exclusiveBy },
      ...{ hostId, takenAtSeconds, consistencyLevel },
      ...{ hostName, sdpId, arraySnapshots, dbEngineVersion, isVssBased },
    };
  },
  // Where decoding gives null the library answers the stored text, the string 'null'.
  task: ({
    runningAtMilliseconds,
    snapshotRecordedAtMilliseconds,
    publishedAtMilliseconds,
    pointOfNoReturnAtMilliseconds,
    cancelRequestedAtMilliseconds,
    attentionAtMilliseconds,
    finishedAtMilliseconds,
    ...row
  }: Row<'task'>): Task => ({
    ...row,
    plan: { ...row.plan, sdpId: sdpIdOf(row.plan) },
    result: typeof row.result === 'object' ? row.result : null,
  }),
  effect: ({
    intendedAttempt,
    intendedAtMilliseconds,
    doneAtMilliseconds,
    undoneAtMilliseconds,
    blockedAtMilliseconds,
    ...row
  }: Row<'effect'>): Effect => ({ ...row, sdpId: row.sdpId ?? '' }),
  command: ({ sentAtMilliseconds, settledAtMilliseconds, ...row }: Row<'command'>): CommandRecord => row,
  datedEffect: (row: Row<'effect'>): Effect & EffectMoments => ({ ...row, sdpId: row.sdpId ?? '' }),
  commandTrace: ({ token, ...row }: Row<'command'>): CommandTrace => ({
    ...row,
    sentAtMilliseconds: row.sentAtMilliseconds ?? row.sentAtSeconds * 1000,
    settledAtMilliseconds: row.settledAtMilliseconds ?? null,
  }),
  note: (row: Row<'note'>): TaskNote => row,
  lock: (row: Row<'lock'>): Lock => row,
  callRecord: (row: Row<'callRecord'>): CallRecord => ({ ...row, answer: row.answer ?? null }),
  token: (row: Row<'token'>): Token => row,
  snapshotSchedule: (row: Row<'snapshotSchedule'>): SnapshotSchedule => row,
  appToken: (row: Row<'appToken'>): AppToken => row,
  user: (row: Row<'user'>): User => ({
    ...row,
    isDisabled: row.isDisabled ?? false,
    tokenEpoch: row.tokenEpoch ?? 0,
    createdAtSeconds: row.createdAtSeconds ?? 0,
  }),
};
