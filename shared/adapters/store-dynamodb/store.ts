/** The store port over one DynamoDB table. Foreign errors come out as `Busy`; anything else is a fault of ours. */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Store } from '../../ports/store.ts';
import { accessStore } from './access.ts';
import { catalogStore } from './catalog.ts';
import { databaseStore } from './databases.ts';
import { createEntities } from './entities.ts';
import { hostStore } from './hosts.ts';
import { journalStore } from './journal.ts';
import { lockStore } from './locks.ts';
import { taskStore } from './tasks.ts';

export function createStore(tableName: string, config: DynamoDBClientConfig): Store {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(config), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const entities = createEntities(tableName, client);
  return {
    ...hostStore(entities),
    ...databaseStore(entities),
    ...catalogStore(entities),
    ...taskStore(entities),
    ...journalStore(entities),
    ...lockStore(entities),
    ...accessStore(entities),
  };
}
