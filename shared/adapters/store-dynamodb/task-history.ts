import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { TaskPhase } from '../../domain/task.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskHistoryStore } from '../../ports/store.ts';
import { type Entities, partitions } from './entities.ts';
import { Item } from './items.ts';

interface Retention {
  readonly taskRetentionDays: number;
}

/** A note ends by itself, at the latest with its task: nobody has to give it its end when the task finishes. */
const expiryOf = (settings: Retention, clock: Clock): number =>
  Math.floor(clock.nowMilliseconds() / 1000) + settings.taskRetentionDays * 24 * 3600;

/** Goes into the transaction that claims the attempt. */
export const attemptNote = (
  { note }: Pick<Entities, 'note'>,
  settings: Retention,
  clock: Clock,
  requestId: string,
  attempt: number,
  phase: TaskPhase,
  because: string,
) =>
  note.build(PutTransaction).item({
    requestId,
    noteId: `attempt-${String(attempt)}`,
    kind: 'attempt',
    name: phase,
    attempt,
    atMilliseconds: clock.nowMilliseconds(),
    detail: because,
    expiresAtSeconds: expiryOf(settings, clock),
  });

export function taskHistoryStore(entities: Entities, settings: Retention, clock: Clock): TaskHistoryStore {
  const { command, effect, note, table, task } = entities;
  return {
    async noteFailedStep(requestId, attempt, step, part, detail) {
      const atMilliseconds = clock.nowMilliseconds();
      await note
        .build(PutItemCommand)
        .item({
          requestId,
          noteId: `step-${String(atMilliseconds)}-${step}-${part}`,
          kind: 'failed-step',
          name: step,
          attempt,
          atMilliseconds,
          detail,
          expiresAtSeconds: expiryOf(settings, clock),
        })
        .send();
    },

    async readTaskHistory(requestId) {
      const [found, rows] = await Promise.all([
        task.build(GetItemCommand).key({ requestId }).options({ consistent: true }).send(),
        table
          .build(QueryCommand)
          .entities(effect, command, note)
          .query({ partition: partitions.task(requestId) })
          .options({ consistent: true, maxPages: Infinity })
          .send(),
      ]);
      if (found.Item === undefined) return undefined;
      const items = rows.Items ?? [];
      return {
        task: Item.task(found.Item),
        moments: found.Item,
        effects: items.flatMap((row) => ('outcome' in row ? [Item.datedEffect(row)] : [])),
        commands: items.flatMap((row) => ('commandId' in row ? [Item.commandTrace(row)] : [])),
        notes: items.flatMap((row) => ('noteId' in row ? [Item.note(row)] : [])),
      };
    },
  };
}
