import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { ConditionCheck } from 'dynamodb-toolbox/entity/actions/transactCheck';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $get, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Clock } from '../../ports/clock.ts';
import type { CommandStore, JournalStore } from '../../ports/store.ts';
import { commandPrefix, effectPrefix, type Entities, partitions } from './entities.ts';
import { conditional, staleAttempt, transact } from './failures.ts';
import { Item } from './items.ts';

/** Rows of one task's partition: its effects and the commands sent for them. The clock dates them; nothing acts on it. */
export function journalStore({ effect, command, table, task }: Entities, clock: Clock): JournalStore & CommandStore {
  const exists = { condition: { attr: 'effectId', exists: true } } as const;

  return {
    async intend(intended, attempt) {
      const outcome = await transact([
        task.build(ConditionCheck).key({ requestId: intended.requestId }).condition({ attr: 'attempt', eq: attempt }),
        effect
          .build(PutTransaction)
          .item({ ...intended, intendedAttempt: attempt, intendedAtMilliseconds: clock.nowMilliseconds() })
          .options({
            condition: {
              or: [
                { attr: 'effectId', exists: false },
                { attr: 'state', eq: 'undone' },
              ],
            },
          }),
      ]);
      if (!outcome.written && outcome.failed.includes(0)) throw staleAttempt(attempt);
      return outcome.written;
    },

    async markDone(requestId, effectId, outcome) {
      await conditional(() =>
        effect
          .build(UpdateItemCommand)
          .item({
            requestId,
            effectId,
            state: 'done',
            outcome,
            // A step that is repeated marks what was done long before.
            doneAtMilliseconds: $get('doneAtMilliseconds', clock.nowMilliseconds()),
          })
          .options({
            condition: {
              and: [{ attr: 'effectId', exists: true }, { not: { attr: 'state', eq: 'undone' } }],
            },
          })
          .send(),
      );
    },

    async markUndone(requestId, effectId) {
      await conditional(() =>
        effect
          .build(UpdateItemCommand)
          .item({
            requestId,
            effectId,
            state: 'undone',
            undoneAtMilliseconds: $get('undoneAtMilliseconds', clock.nowMilliseconds()),
          })
          .options(exists)
          .send(),
      );
    },

    async markRefused(requestId, effectId, attempt, wasTried) {
      const asked = wasTried ? exists.condition : ({ attr: 'intendedAttempt', eq: attempt } as const);
      await transact([
        task.build(ConditionCheck).key({ requestId }).condition({ attr: 'attempt', eq: attempt }),
        effect
          .build(UpdateTransaction)
          .item({ requestId, effectId, state: 'undone', undoneAtMilliseconds: clock.nowMilliseconds() })
          .options({ condition: asked }),
      ]);
    },

    async markBlocked(requestId, effectId, attempt, reason) {
      await conditional(() =>
        effect
          .build(UpdateItemCommand)
          .item({
            requestId,
            effectId,
            blockedAttempt: attempt,
            blockedReason: reason,
            blockedAtMilliseconds: clock.nowMilliseconds(),
          })
          .options(exists)
          .send(),
      );
    },

    async listEffects(requestId) {
      const found = await table
        .build(QueryCommand)
        .entities(effect)
        .query({ partition: partitions.task(requestId), range: { beginsWith: effectPrefix } })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map(Item.effect);
    },

    async getEffect(requestId, effectId) {
      const found = await effect
        .build(GetItemCommand)
        .key({ requestId, effectId })
        .options({ consistent: true })
        .send();
      return found.Item === undefined ? undefined : Item.effect(found.Item);
    },

    async putCommand(sent) {
      await command
        .build(PutItemCommand)
        .item({ ...sent, sentAtMilliseconds: clock.nowMilliseconds() })
        .send();
    },

    async getCommand(requestId, commandId) {
      const found = await command
        .build(GetItemCommand)
        .key({ requestId, commandId })
        .options({ consistent: true })
        .send();
      return found.Item === undefined ? undefined : Item.command(found.Item);
    },

    async listCommands(requestId) {
      const found = await table
        .build(QueryCommand)
        .entities(command)
        .query({ partition: partitions.task(requestId), range: { beginsWith: commandPrefix } })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map(Item.command);
    },

    async settleCommand(requestId, commandId, state) {
      await conditional(() =>
        command
          .build(UpdateItemCommand)
          .item({ requestId, commandId, state, settledAtMilliseconds: clock.nowMilliseconds() })
          .options({ condition: { attr: 'commandId', exists: true } })
          .send(),
      );
    },
  };
}
