import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { DomainError } from '../../domain/errors.ts';
import { type SnapshotSchedule, wakesAtSeconds } from '../../domain/snapshot-schedule.ts';
import type { Task } from '../../domain/task.ts';
import type { AuditEntry, ScheduleStore } from '../../ports/store.ts';
import { transactAudited } from './audit.ts';
import { type Entities, partitions } from './entities.ts';
import { transact, type TransactionOutcome, type Transactions } from './failures.ts';
import { Item } from './items.ts';
import { recordedTaskItems } from './recorded-task.ts';
import { duePrefix, dueShards } from './schedule-entities.ts';
import { maxContentionTries } from './patience.ts';

/** So many of each partition at one call: a tick must be over before the next one. */
const maxDueOfShard = 25;

export function scheduleStore(entities: Entities): ScheduleStore {
  const { dueSchedule, snapshotSchedule, table } = entities;

  const getSnapshotSchedule: ScheduleStore['getSnapshotSchedule'] = async (scheduleId) => {
    const found = await snapshotSchedule.build(GetItemCommand).key({ scheduleId }).options({ consistent: true }).send();
    return found.Item === undefined ? undefined : Item.snapshotSchedule(found.Item);
  };

  /** Whoever moves a schedule gives its place among the due ones to a new one: the place it read must still be its own. */
  const unmovedSince = (read: SnapshotSchedule) => ({
    condition: {
      and: [
        { attr: 'nextDueSeconds' as const, eq: read.nextDueSeconds },
        { attr: 'tidyDueSeconds' as const, eq: read.tidyDueSeconds },
      ],
    },
  });

  const place = (schedule: SnapshotSchedule) => ({
    scheduleId: schedule.scheduleId,
    wakesAtSeconds: wakesAtSeconds(schedule),
  });

  /** A transaction takes one action on a key: a place that stays is neither left nor taken. */
  const places = (read: SnapshotSchedule | undefined, next: SnapshotSchedule | undefined) => {
    const isSame = read !== undefined && next !== undefined && wakesAtSeconds(read) === wakesAtSeconds(next);
    return [
      ...(read === undefined || isSame ? [] : [dueSchedule.build(DeleteTransaction).key(place(read))]),
      ...(next === undefined || isSame ? [] : [dueSchedule.build(PutTransaction).item(place(next))]),
    ];
  };

  /** Repeats read and write until the write meets the schedule that was read. */
  const replace = async (scheduleId: string, next: SnapshotSchedule | undefined): Promise<void> => {
    for (let tries = 0; tries < maxContentionTries; tries += 1) {
      const read = await getSnapshotSchedule(scheduleId);
      if (read === undefined && next === undefined) return;
      const isAsRead =
        read === undefined ? { condition: { attr: 'scheduleId' as const, exists: false } } : unmovedSince(read);
      const row =
        next === undefined
          ? snapshotSchedule.build(DeleteTransaction).key({ scheduleId }).options(isAsRead)
          : snapshotSchedule.build(PutTransaction).item(next).options(isAsRead);
      if ((await transact([row, ...places(read, next)])).written) return;
    }
    throw new DomainError('Busy', `schedule '${scheduleId}' is being moved by others`);
  };

  const dueOfShard = async (shard: string, nowSeconds: number): Promise<readonly string[]> => {
    const found = await table
      .build(QueryCommand)
      .entities(dueSchedule)
      .query({ partition: partitions.dueSchedules(shard), range: { lt: duePrefix(nowSeconds + 1) } })
      .options({ consistent: true, limit: maxDueOfShard })
      .send();
    return (found.Items ?? []).map((row) => row.scheduleId);
  };

  const record = (
    run: { readonly task: Task; readonly audit: AuditEntry },
    moved: Transactions,
  ): Promise<TransactionOutcome> => {
    const { rows, guards } = recordedTaskItems(entities, run.task);
    return transactAudited(entities, run.audit, [...moved, ...rows, ...guards]);
  };

  return {
    getSnapshotSchedule,

    putSnapshotSchedule: (schedule) => replace(schedule.scheduleId, schedule),

    removeSnapshotSchedule: (scheduleId) => replace(scheduleId, undefined),

    async listDueSnapshotSchedules(nowSeconds) {
      const ids = (await Promise.all(dueShards.map((shard) => dueOfShard(shard, nowSeconds)))).flat();
      const schedules = await Promise.all(ids.map(getSnapshotSchedule));
      return schedules
        .flatMap((one) => (one === undefined ? [] : [one]))
        .filter((one) => wakesAtSeconds(one) <= nowSeconds)
        .toSorted((left, right) => wakesAtSeconds(left) - wakesAtSeconds(right));
    },

    async claimSnapshotSchedule(read, next, run) {
      const { scheduleId, nextDueSeconds, tidyDueSeconds, lastRequestId, lastError } = next;
      const moved = [
        snapshotSchedule
          .build(UpdateTransaction)
          .item({ scheduleId, nextDueSeconds, tidyDueSeconds, lastRequestId, lastError })
          .options(unmovedSince(read)),
        ...places(read, next),
      ];
      const outcome = run === null ? await transact(moved) : await record(run, moved);
      if (outcome.written) return 'claimed';
      return outcome.failed.includes(moved.length) ? 'known' : 'missed';
    },
  };
}
