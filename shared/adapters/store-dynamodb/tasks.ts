import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { ConditionCheck } from 'dynamodb-toolbox/entity/actions/transactCheck';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { DomainError } from '../../domain/errors.ts';
import { isFinal, nextStates, type TaskState, taskStates } from '../../domain/task.ts';
import { taskPin } from '../../domain/snapshot.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskStore } from '../../ports/store.ts';
import { transactAudited } from './audit.ts';
import { type Entities, partitions } from './entities.ts';
import { conditional, staleAttempt, transact } from './failures.ts';
import { Item } from './items.ts';
import { recordedTaskItems } from './recorded-task.ts';
import { attemptNote } from './task-history.ts';

const secondsPerDay = 24 * 3600;

const statesBefore = (state: TaskState): [TaskState, ...TaskState[]] => {
  const [first, ...rest] = taskStates.filter((one) => nextStates[one].includes(state));
  if (first === undefined) throw new DomainError('Internal', `nothing comes before ${state}`);
  return [first, ...rest];
};

/** Not on a task that is over; nor on one that is not there, since its state is none of these. */
const isOpen = { attr: 'state', in: taskStates.filter((state) => !isFinal(state)) } as const;

export function taskStore(
  entities: Entities,
  settings: { readonly taskRetentionDays: number },
  clock: Clock,
): TaskStore {
  const { command, effect, host, lock, openTask, snapshot, table, task } = entities;

  /**
   * Before the task's own last write: a task that dies in between is finished again, while rows left without an end
   * would stay for ever.
   */
  const expireRows = async (requestId: string, expiresAtSeconds: number): Promise<void> => {
    const found = await table
      .build(QueryCommand)
      .entities(effect, command)
      .query({ partition: partitions.task(requestId) })
      .options({ consistent: true, maxPages: Infinity })
      .send();
    await Promise.all(
      (found.Items ?? []).map((row) =>
        'commandId' in row
          ? command.build(UpdateItemCommand).item({ requestId, commandId: row.commandId, expiresAtSeconds }).send()
          : effect.build(UpdateItemCommand).item({ requestId, effectId: row.effectId, expiresAtSeconds }).send(),
      ),
    );
  };

  const getTask: TaskStore['getTask'] = async (requestId) => {
    const found = await task.build(GetItemCommand).key({ requestId }).options({ consistent: true }).send();
    return found.Item === undefined ? undefined : Item.task(found.Item);
  };

  return {
    getTask,

    async recordTask(newTask, entry, guards) {
      const reservations = guards.reserve.map((key) =>
        lock
          .build(PutTransaction)
          .item({
            key,
            owner: newTask.requestId,
            attempt: newTask.attempt,
            heldSinceSeconds: newTask.createdAtSeconds,
            waiters: [],
            unsignalled: null,
            version: 1,
          })
          .options({ condition: { attr: 'key', exists: false } }),
      );
      const unchanged = guards.hosts.map((one) =>
        host
          .build(ConditionCheck)
          .key({ hostId: one.hostId })
          .condition({
            and: [
              { attr: 'generation', eq: one.generation },
              { attr: 'databasesVersion', eq: one.databasesVersion },
            ],
          }),
      );
      const exclusive = guards.exclusiveSnapshots.map((snapshotId) =>
        snapshot
          .build(UpdateTransaction)
          .item({ snapshotId, exclusiveBy: newTask.requestId })
          .options({
            condition: {
              and: [
                { attr: 'snapshotId', exists: true },
                { attr: 'pins', exists: false },
                { attr: 'exclusiveBy', exists: false },
              ],
            },
          }),
      );
      const pinned =
        guards.pinnedSnapshot === null
          ? []
          : [
              snapshot
                .build(UpdateTransaction)
                .item({ snapshotId: guards.pinnedSnapshot, pins: $add(new Set([taskPin(newTask.requestId)])) })
                .options({
                  condition: {
                    and: [
                      { attr: 'state', eq: 'available' },
                      { attr: 'exclusiveBy', exists: false },
                    ],
                  },
                }),
            ];
      const { rows, guards: arrayGuards } = recordedTaskItems(entities, newTask);
      const items = [...rows, ...arrayGuards, ...reservations, ...unchanged, ...exclusive, ...pinned];
      const outcome = await transactAudited(entities, entry, items);
      if (outcome.written) return 'recorded';
      const parts = [
        ['known', rows],
        ['removing', arrayGuards],
        ['reserved', reservations],
        ['changed', unchanged],
        ['pinned', exclusive],
        ['unavailable', pinned],
      ] as const;
      const owners = parts.flatMap(([why, items]) => items.map(() => why));
      return owners[outcome.failed[0] ?? 0] ?? 'known';
    },

    async listTasks() {
      const found = await table
        .build(QueryCommand)
        .entities(task)
        .query({ partition: partitions.tasks })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map(Item.task);
    },

    async pageTasks(after, most) {
      const found = await table
        .build(QueryCommand)
        .entities(task)
        .query({ partition: partitions.tasks, ...(after === '' ? {} : { range: { gt: after } }) })
        .options({ consistent: true, limit: most })
        .send();
      return { tasks: (found.Items ?? []).map(Item.task), isLast: found.LastEvaluatedKey === undefined };
    },

    async listOpenTasks() {
      const found = await table
        .build(QueryCommand)
        .entities(openTask)
        .query({ partition: partitions.openTasks })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map((row) => row.requestId);
    },

    async markRunning(requestId, nowSeconds) {
      await conditional(() =>
        task
          .build(UpdateItemCommand)
          .item({
            requestId,
            state: 'running',
            updatedAtSeconds: nowSeconds,
            runningAtMilliseconds: clock.nowMilliseconds(),
          })
          .options({ condition: { attr: 'state', eq: 'queued' } })
          .send(),
      );
    },

    async requestCancel(requestId, nowSeconds, entry) {
      const outcome = await transactAudited(entities, entry, [
        task
          .build(UpdateTransaction)
          .item({
            requestId,
            state: 'canceling',
            cancelRequested: true,
            updatedAtSeconds: nowSeconds,
            cancelRequestedAtMilliseconds: clock.nowMilliseconds(),
          })
          .options({
            condition: {
              and: [
                { attr: 'state', in: statesBefore('canceling') },
                { attr: 'phase', eq: 'forward' },
                { attr: 'pastPointOfNoReturn', eq: false },
              ],
            },
          }),
      ]);
      return outcome.written;
    },

    passPointOfNoReturn: (requestId, nowSeconds) =>
      conditional(() =>
        task
          .build(UpdateItemCommand)
          .item({
            requestId,
            pastPointOfNoReturn: true,
            updatedAtSeconds: nowSeconds,
            pointOfNoReturnAtMilliseconds: clock.nowMilliseconds(),
          })
          .options({
            condition: {
              and: [isOpen, { attr: 'cancelRequested', eq: false }, { attr: 'phase', eq: 'forward' }],
            },
          })
          .send(),
      ),

    async claimAttempt({ requestId, attempt, pastPointOfNoReturn }, phase, error, nowSeconds) {
      const claimed = await transact([
        task
          .build(UpdateTransaction)
          .item({
            requestId,
            attempt: attempt + 1,
            phase,
            updatedAtSeconds: nowSeconds,
            ...(error === '' ? {} : { error }),
          })
          .options({
            condition: {
              and: [{ attr: 'attempt', eq: attempt }, { attr: 'pastPointOfNoReturn', eq: pastPointOfNoReturn }, isOpen],
            },
          }),
        attemptNote(entities, settings, clock, requestId, attempt + 1, phase, error),
      ]);
      return claimed.written ? await getTask(requestId) : undefined;
    },

    async beginFreezeRound(requestId, attempt) {
      let round: number | undefined;
      await conditional(async () => {
        const updated = await task
          .build(UpdateItemCommand)
          .item({ requestId, freezeRound: $add(1) })
          .options({ condition: { attr: 'attempt', eq: attempt }, returnValues: 'UPDATED_NEW' })
          .send();
        round = updated.Attributes?.freezeRound;
      });
      if (round === undefined) throw staleAttempt(attempt);
      return round;
    },

    async needAttention(requestId, attempt, error, leftovers, nowSeconds) {
      await conditional(() =>
        task
          .build(UpdateItemCommand)
          .item({
            requestId,
            state: 'needs_attention',
            error,
            leftovers,
            updatedAtSeconds: nowSeconds,
            attentionAtMilliseconds: clock.nowMilliseconds(),
          })
          .options({
            condition: {
              and: [
                { attr: 'attempt', eq: attempt },
                { attr: 'state', in: [...statesBefore('needs_attention'), 'needs_attention'] },
              ],
            },
          })
          .send(),
      );
    },

    async noteError(requestId, error, nowSeconds) {
      await conditional(() =>
        task
          .build(UpdateItemCommand)
          .item({ requestId, error, updatedAtSeconds: nowSeconds })
          .options({ condition: isOpen })
          .send(),
      );
    },

    async finishTask(requestId, state, outcome, nowSeconds) {
      const expiresAtSeconds = nowSeconds + settings.taskRetentionDays * secondsPerDay;
      await expireRows(requestId, expiresAtSeconds);
      await transact([
        task
          .build(UpdateTransaction)
          .item({
            requestId,
            state,
            error: outcome.error,
            result: outcome.result,
            leftovers: [],
            updatedAtSeconds: nowSeconds,
            finishedAtMilliseconds: clock.nowMilliseconds(),
            expiresAtSeconds,
          })
          .options({ condition: { attr: 'state', in: statesBefore(state) } }),
        openTask.build(DeleteTransaction).key({ requestId }),
      ]);
    },

    async closeTask(requestId) {
      await openTask.build(DeleteItemCommand).key({ requestId }).send();
    },
  };
}
