import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add, $delete, $remove, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { DomainError } from '../../domain/errors.ts';
import { clonePin, taskPin } from '../../domain/snapshot.ts';
import type { CatalogStore } from '../../ports/store.ts';
import { type Entities, partitions } from './entities.ts';
import { conditional, transact } from './failures.ts';
import { Item } from './items.ts';

export function catalogStore(entities: Entities): CatalogStore {
  const { clone, database, snapshot, task, table } = entities;

  const getSnapshot: CatalogStore['getSnapshot'] = async (snapshotId) => {
    const found = await snapshot.build(GetItemCommand).key({ snapshotId }).options({ consistent: true }).send();
    return found.Item === undefined ? undefined : Item.snapshot(found.Item);
  };

  return {
    getSnapshot,

    async getClone(hostId, dbId) {
      const found = await clone.build(GetItemCommand).key({ hostId, dbId }).options({ consistent: true }).send();
      return found.Item === undefined ? undefined : Item.clone(found.Item);
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

    async recordSnapshot(taken, sourceClones) {
      const { pins, exclusiveBy, ...row } = taken;
      const outcome = await transact([
        snapshot
          .build(PutTransaction)
          .item({ ...row, pins: new Set([taskPin(taken.requestId)]) })
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
        task.build(UpdateTransaction).item({ requestId: taken.requestId, snapshotId: taken.snapshotId }),
        ...sourceClones.map((one) =>
          clone
            .build(UpdateTransaction)
            .item({ hostId: one.hostId, dbId: one.dbId, snapshotIds: $add(new Set([taken.snapshotId])) })
            .options({ condition: { attr: 'dbId', exists: true } }),
        ),
      ]);
      return outcome.written ? 'recorded' : 'taken';
    },

    async publishClones(requestId, snapshotId, clones) {
      const outcome = await transact([
        snapshot
          .build(UpdateTransaction)
          .item({
            snapshotId,
            state: 'available',
            pins: $add(new Set(clones.map((one) => clonePin(one.hostId, one.dbId)))),
          })
          .options({ condition: { attr: 'requestId', eq: requestId } }),
        ...clones.map(({ snapshotIds, ...row }) => clone.build(PutTransaction).item(row)),
      ]);
      if (!outcome.written) throw new DomainError('Internal', 'the snapshot of the task is not there any more', { context: { snapshotId } });
      await snapshot
        .build(UpdateItemCommand)
        .item({ snapshotId, pins: $delete(new Set([taskPin(requestId)])) })
        .send();
    },

    async discardSnapshot(requestId, snapshotId, sourceHostId, sourceDbIds) {
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
      await Promise.all(
        sourceDbIds.map((dbId) =>
          conditional(() =>
            clone
              .build(UpdateItemCommand)
              .item({ hostId: sourceHostId, dbId, snapshotIds: $delete(new Set([snapshotId])) })
              .options({ condition: { attr: 'dbId', exists: true } })
              .send(),
          ),
        ),
      );
    },

    async forgetClone(hostId, dbId, snapshotId) {
      await transact([
        clone.build(DeleteTransaction).key({ hostId, dbId }),
        database.build(DeleteTransaction).key({ hostId, dbId }),
      ]);
      // The snapshot may have gone meanwhile: an update would make it again, hence the condition.
      await conditional(() =>
        snapshot
          .build(UpdateItemCommand)
          .item({ snapshotId, pins: $delete(new Set([clonePin(hostId, dbId)])) })
          .options({ condition: { attr: 'snapshotId', exists: true } })
          .send(),
      );
    },

    async forgetSnapshot(gone, requestId) {
      await conditional(() =>
        snapshot
          .build(DeleteItemCommand)
          .key({ snapshotId: gone.snapshotId })
          .options({ condition: { attr: 'exclusiveBy', eq: requestId } })
          .send(),
      );
      await Promise.all(
        gone.databases.map(({ dbId }) =>
          conditional(() =>
            clone
              .build(UpdateItemCommand)
              .item({ hostId: gone.hostId, dbId, snapshotIds: $delete(new Set([gone.snapshotId])) })
              .options({ condition: { attr: 'dbId', exists: true } })
              .send(),
          ),
        ),
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
