import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { $add, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Database } from '../../domain/database.ts';
import type { DatabaseStore } from '../../ports/store.ts';
import { databasePrefix, type Entities, partitions } from './entities.ts';
import { conditional } from './failures.ts';
import { Item } from './items.ts';

export function databaseStore(entities: Entities): DatabaseStore {
  const { database, host, table } = entities;

  const query = async (range?: { readonly beginsWith: string }): Promise<readonly Database[]> => {
    const found = await table
      .build(QueryCommand)
      .entities(database)
      .query({ partition: partitions.databases, ...(range === undefined ? {} : { range }) })
      .options({ consistent: true, maxPages: Infinity })
      .send();
    return (found.Items ?? []).map(Item.database);
  };

  /** Two inventories of one host may be taken over at the same time: the older one gives way, row by row. */
  const notNewerThan = ({ generation, sequence }: Database) => ({
    or: [
      { attr: 'dbId' as const, exists: false },
      { attr: 'generation' as const, lt: generation },
      {
        and: [
          { attr: 'generation' as const, eq: generation },
          { attr: 'sequence' as const, lte: sequence },
        ],
      },
    ],
  });

  return {
    listDatabases: (hostId) => query({ beginsWith: databasePrefix(hostId) }),
    listAllDatabases: () => query(),

    async getDatabase(hostId, dbId) {
      const found = await database.build(GetItemCommand).key({ hostId, dbId }).options({ consistent: true }).send();
      return found.Item === undefined ? undefined : Item.database(found.Item);
    },

    async putDatabases(databases) {
      await Promise.all(
        databases.map((one) =>
          conditional(() =>
            database
              .build(PutItemCommand)
              .item(one)
              .options({ condition: notNewerThan(one) })
              .send(),
          ),
        ),
      );
    },

    async removeDatabases(databases) {
      await Promise.all(
        databases.map((one) =>
          conditional(() =>
            database
              .build(DeleteItemCommand)
              .key(one)
              .options({ condition: notNewerThan(one) })
              .send(),
          ),
        ),
      );
    },

    closeInventory: (hostId, generation, sequence, setChanged) =>
      conditional(() =>
        host
          .build(UpdateItemCommand)
          .item({ hostId, inventorySequence: sequence, databasesVersion: $add(setChanged ? 1 : 0) })
          .options({
            condition: {
              and: [
                { attr: 'generation', eq: generation },
                { attr: 'inventorySequence', lte: sequence },
              ],
            },
          })
          .send(),
      ),

    async recordVolumes(hostId, dbId, volumes) {
      await conditional(() =>
        database
          .build(UpdateItemCommand)
          .item({ hostId, dbId, volumes })
          .options({ condition: { attr: 'dbId', exists: true } })
          .send(),
      );
    },
  };
}
