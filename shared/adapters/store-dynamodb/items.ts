/** Rows as the entity library reads them → values of the domain: optional sets become empty ones. */
import type { FormattedItem } from 'dynamodb-toolbox/entity';
import type { Clone } from '../../domain/clone.ts';
import type { Database } from '../../domain/database.ts';
import type { Effect } from '../../domain/effect.ts';
import type { Host } from '../../domain/host.ts';
import type { Lock } from '../../domain/lock.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { SnapshotSchedule } from '../../domain/snapshot-schedule.ts';
import type { Task } from '../../domain/task.ts';
import type { Token, User } from '../../domain/token.ts';
import type { CommandRecord } from '../../ports/store.ts';
import type { Entities } from './entities.ts';

type Row<NAME extends Exclude<keyof Entities, 'table'>> = FormattedItem<Entities[NAME]>;

export const Item = {
  host: (row: Row<'host'>): Host => row,
  database: (row: Row<'database'>): Database => row,
  clone: (row: Row<'clone'>): Clone => ({ ...row, snapshotIds: row.snapshotIds ?? new Set() }),
  snapshot: (row: Row<'snapshot'>): Snapshot => ({
    ...row,
    scheduleId: row.scheduleId ?? '',
    pins: row.pins ?? new Set(),
    exclusiveBy: row.exclusiveBy ?? '',
  }),
  // Where decoding gives null the library answers the stored text, the string 'null'.
  task: (row: Row<'task'>): Task => ({ ...row, result: typeof row.result === 'object' ? row.result : null }),
  effect: (row: Row<'effect'>): Effect => row,
  command: (row: Row<'command'>): CommandRecord => row,
  lock: (row: Row<'lock'>): Lock => row,
  token: (row: Row<'token'>): Token => row,
  snapshotSchedule: (row: Row<'snapshotSchedule'>): SnapshotSchedule => row,
  user: (row: Row<'user'>): User => row,
};
