/**
 * A schedule, and its place in the order of what is due: a row of its own whose sort key begins with the instant, so
 * that a tick reads what is due and nothing else, from the table itself. Spread over partitions, since every move of a
 * schedule writes there.
 */
import { createHash } from 'node:crypto';
import { Entity } from 'dynamodb-toolbox/entity';
import { any, item, number, string } from 'dynamodb-toolbox/schema';
import type { ProductTable } from './table.ts';

export const dueShards = ['0', '1', '2', '3'] as const;

export const schedulePartitions = {
  snapshotSchedules: 'snapshot-schedules',
  dueSchedules: (shard: string) => `due-schedules#${shard}`,
} as const;

const shardOf = (scheduleId: string): string =>
  dueShards[createHash('sha256').update(scheduleId).digest().readUInt8() % dueShards.length] ?? dueShards[0];

/** Every key of an instant up to and including `seconds` is below this one of the next second. */
export const duePrefix = (seconds: number): string => `${String(seconds).padStart(12, '0')}#`;

export function scheduleEntities(table: ProductTable) {
  const snapshotSchedule = new Entity({
    timestamps: false,
    name: 'snapshotSchedule',
    table,
    schema: item({
      scheduleId: string().key(),
      hostId: string(),
      databaseIds: any().castAs<readonly string[]>(),
      everyMinutes: number(),
      keepNewest: number(),
      nextDueSeconds: number(),
      tidyDueSeconds: number(),
      lastRequestId: string(),
      lastError: string(),
    }),
    computeKey: ({ scheduleId }: { scheduleId: string }) => ({
      pk: schedulePartitions.snapshotSchedules,
      sk: scheduleId,
    }),
  });

  const dueSchedule = new Entity({
    timestamps: false,
    name: 'dueSchedule',
    table,
    schema: item({ scheduleId: string().key(), wakesAtSeconds: number().key() }),
    computeKey: ({ scheduleId, wakesAtSeconds }: { scheduleId: string; wakesAtSeconds: number }) => ({
      pk: schedulePartitions.dueSchedules(shardOf(scheduleId)),
      sk: `${duePrefix(wakesAtSeconds)}${scheduleId}`,
    }),
  });

  return { snapshotSchedule, dueSchedule };
}
