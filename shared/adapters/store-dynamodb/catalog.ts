import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add, $delete, $remove, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { BatchGetCommand, execute as executeBatchGet } from 'dynamodb-toolbox/table/actions/batchGet';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { DomainError } from '../../domain/errors.ts';
import { clonePin, taskPin } from '../../domain/snapshot.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CatalogStore, PublishedCopy } from '../../ports/store.ts';
import { type Entities, partitions } from './entities.ts';
import { conditional, refusePart, transact } from './failures.ts';
import { Item } from './items.ts';
import { orphanClone } from './orphan-clone.ts';
import { readSnapshotOutlines } from './snapshot-outlines.ts';
import { snapshotRow } from './snapshot-row.ts';

export function catalogStore(entities: Entities, clock: Clock): CatalogStore {
  const { clone, database, snapshot, task, table } = entities;

  const getSnapshot: CatalogStore['getSnapshot'] = async (snapshotId) => {
    const found = await snapshot.build(GetItemCommand).key({ snapshotId }).options({ consistent: true }).send();
    return found.Item === undefined ? undefined : Item.snapshot(found.Item);
  };

  const getClone: CatalogStore['getClone'] = async (hostId, dbId) => {
    const found = await clone.build(GetItemCommand).key({ hostId, dbId }).options({ consistent: true }).send();
    return found.Item === undefined ? undefined : Item.clone(found.Item);
  };

  /** Before the snapshot's row goes: whoever repeats this finds the row, and with it the clones that still name it. */
  const takeFromClones = async (snapshotId: string, hostId: string, dbIds: readonly string[]): Promise<void> => {
    await Promise.all(
      dbIds.map((dbId) =>
        conditional(() =>
          clone
            .build(UpdateItemCommand)
            .item({ hostId, dbId, snapshotIds: $delete(new Set([snapshotId])) })
            .options({ condition: { attr: 'dbId', exists: true } })
            .send(),
        ),
      ),
    );
  };

  const publish: CatalogStore['publishClones'] = async (requestId, snapshotId, clones, result) => {
    const pins = new Set(clones.map((one) => clonePin(one.hostId, one.dbId)));
    const outcome = await transact([
      snapshot
        .build(UpdateTransaction)
        // A pending snapshot is pinned by its task only: the clones take over.
        .item({ snapshotId, state: 'available', pins: pins.size === 0 ? $remove() : pins })
        .options({
          condition: {
            and: [
              { attr: 'requestId', eq: requestId },
              { attr: 'state', eq: 'pending' },
            ],
          },
        }),
      task
        .build(UpdateTransaction)
        .item({ requestId, pastPointOfNoReturn: true, result, publishedAtMilliseconds: clock.nowMilliseconds() })
        .options({
          condition: {
            and: [
              { attr: 'cancelRequested', eq: false },
              { attr: 'phase', eq: 'forward' },
            ],
          },
        }),
      ...clones.map(({ snapshotIds, ...row }) => clone.build(PutTransaction).item(row)),
    ]);
    if (outcome.written) return 'published';
    // Published before: written again, clones would lose what was noted on them since.
    const standing = await getSnapshot(snapshotId);
    if (standing?.requestId === requestId && standing.state === 'available') return 'published';
    if (outcome.failed.includes(1)) return 'refused';
    throw new DomainError('Internal', 'the snapshot of the task is not there any more', { context: { snapshotId } });
  };

  /** Pins that the snapshots of what is replaced lose; the new one's stay, also when it is the same one. */
  const freed = (snapshotId: string, copies: readonly PublishedCopy[]) => {
    const pins = new Map<string, Set<string>>();
    const going = copies.flatMap(({ replaced }) => (replaced?.backupName === '' ? [replaced.clone] : []));
    for (const { hostId, dbId, snapshotId: old } of going) {
      if (old === snapshotId) continue;
      pins.set(old, (pins.get(old) ?? new Set()).add(clonePin(hostId, dbId)));
    }
    return pins;
  };

  const publishCopies: CatalogStore['publishCopies'] = async (requestId, snapshotId, copies, result) => {
    const outcome = await transact([
      task
        .build(UpdateTransaction)
        .item({ requestId, pastPointOfNoReturn: true, result, publishedAtMilliseconds: clock.nowMilliseconds() })
        .options({
          condition: {
            and: [
              { attr: 'cancelRequested', eq: false },
              { attr: 'phase', eq: 'forward' },
              { attr: 'publishedAtMilliseconds', exists: false },
            ],
          },
        }),
      snapshot
        .build(UpdateTransaction)
        .item({ snapshotId, pins: $add(new Set(copies.map(({ clone: one }) => clonePin(one.hostId, one.dbId)))) })
        .options({ condition: { attr: 'pins', contains: taskPin(requestId) } }),
      ...[...freed(snapshotId, copies)].map(([old, pins]) =>
        snapshot
          .build(UpdateTransaction)
          .item({ snapshotId: old, pins: $delete(pins) })
          .options({ condition: { attr: 'snapshotId', exists: true } }),
      ),
      ...copies.map(({ clone: { snapshotIds, ...row } }) => clone.build(PutTransaction).item(row)),
      ...copies.flatMap(({ replaced }) =>
        replaced === null || replaced.backupName === ''
          ? []
          : [
              clone
                .build(UpdateTransaction)
                .item({
                  hostId: replaced.clone.hostId,
                  dbId: replaced.clone.dbId,
                  dbName: replaced.backupName,
                  isRestored: false,
                })
                .options({ condition: { attr: 'dbId', exists: true } }),
            ],
      ),
    ]);
    if (outcome.written) return 'published';
    const found = await task.build(GetItemCommand).key({ requestId }).options({ consistent: true }).send();
    if (found.Item?.publishedAtMilliseconds !== undefined) return 'published';
    if (outcome.failed.includes(0)) return 'refused';
    throw new DomainError('Internal', 'what the task copies or replaces is not there any more', {
      context: { snapshotId },
    });
  };

  return {
    getSnapshot,

    getClone,

    async getClones(hostId, dbIds) {
      if (dbIds.length === 0) return [];
      const requests = dbIds.map((dbId) => clone.build(BatchGetRequest).key({ hostId, dbId }));
      const answer = await executeBatchGet(
        { maxAttempts: 5 },
        table
          .build(BatchGetCommand)
          .requests(...requests)
          .options({ consistent: true }),
      );
      refusePart(answer);
      return answer.Responses[0].flatMap((one) => (one === undefined ? [] : [Item.clone(one)]));
    },

    async listClones() {
      const found = await table
        .build(QueryCommand)
        .entities(clone)
        .query({ partition: partitions.clones })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map(Item.clone);
    },

    async listSnapshots() {
      const found = await table
        .build(QueryCommand)
        .entities(snapshot)
        .query({ partition: partitions.snapshots })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map(Item.snapshot).filter((one) => one.state === 'available');
    },

    listSnapshotOutlines: () => readSnapshotOutlines(entities),

    async recordSnapshot(taken, sourceClones) {
      const outcome = await transact([
        snapshot
          .build(PutTransaction)
          .item({ ...snapshotRow(taken), pins: new Set([taskPin(taken.requestId)]) })
          .options({
            condition: {
              or: [
                { attr: 'snapshotId', exists: false },
                {
                  and: [
                    { attr: 'requestId', eq: taken.requestId },
                    { attr: 'state', eq: 'pending' },
                  ],
                },
              ],
            },
          }),
        task
          .build(UpdateTransaction)
          .item({
            requestId: taken.requestId,
            snapshotId: taken.snapshotId,
            snapshotRecordedAtMilliseconds: clock.nowMilliseconds(),
          })
          .options({ condition: { attr: 'phase', eq: 'forward' } }),
        ...sourceClones.map((one) =>
          clone
            .build(UpdateTransaction)
            .item({ hostId: one.hostId, dbId: one.dbId, snapshotIds: $add(new Set([taken.snapshotId])) })
            .options({ condition: { attr: 'dbId', exists: true } }),
        ),
      ]);
      if (outcome.written) return 'recorded';
      if (outcome.failed.includes(0)) return 'taken';
      if (outcome.failed.includes(1)) throw new DomainError('StaleAttempt', 'the task does not go forward any more');
      throw new DomainError('Conflict', 'a source of the snapshot was deleted meanwhile');
    },

    publishCopies,

    async unpinSnapshot(snapshotId, requestId) {
      await conditional(() =>
        snapshot
          .build(UpdateItemCommand)
          .item({ snapshotId, pins: $delete(new Set([taskPin(requestId)])) })
          .options({ condition: { attr: 'snapshotId', exists: true } })
          .send(),
      );
    },

    publishClones: publish,

    publishSnapshot: (requestId, snapshotId, result) => publish(requestId, snapshotId, [], result),

    async discardSnapshot(requestId, snapshotId, sourceHostId, sourceDbIds) {
      const standing = await getSnapshot(snapshotId);
      if (standing !== undefined && (standing.requestId !== requestId || standing.state !== 'pending')) return;
      await takeFromClones(snapshotId, sourceHostId, sourceDbIds);
      await conditional(() =>
        snapshot
          .build(DeleteItemCommand)
          .key({ snapshotId })
          .options({
            condition: {
              and: [
                { attr: 'requestId', eq: requestId },
                { attr: 'state', eq: 'pending' },
              ],
            },
          })
          .send(),
      );
    },

    orphanClone: orphanClone(entities, getClone),

    async forgetClone(hostId, dbId, snapshotId) {
      const rows = [
        clone.build(DeleteTransaction).key({ hostId, dbId }),
        database.build(DeleteTransaction).key({ hostId, dbId }),
      ] as const;
      const unpinned = await transact([
        snapshot
          .build(UpdateTransaction)
          .item({ snapshotId, pins: $delete(new Set([clonePin(hostId, dbId)])) })
          .options({ condition: { attr: 'snapshotId', exists: true } }),
        ...rows,
      ]);
      // Repeated after the snapshot went too: an update would make its row again, hence the condition.
      if (!unpinned.written) await transact([...rows]);
    },

    async forgetSnapshot(gone, requestId) {
      if (gone.exclusiveBy !== requestId) return;
      await takeFromClones(
        gone.snapshotId,
        gone.hostId,
        gone.databases.map(({ dbId }) => dbId),
      );
      await conditional(() =>
        snapshot
          .build(DeleteItemCommand)
          .key({ snapshotId: gone.snapshotId })
          .options({ condition: { attr: 'exclusiveBy', eq: requestId } })
          .send(),
      );
    },

    async unlockSnapshot(snapshotId, requestId) {
      await conditional(() =>
        snapshot
          .build(UpdateItemCommand)
          .item({ snapshotId, exclusiveBy: $remove() })
          .options({ condition: { attr: 'exclusiveBy', eq: requestId } })
          .send(),
      );
    },
  };
}
