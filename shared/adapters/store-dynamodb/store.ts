/** The store port over one DynamoDB table. Foreign errors come out as `Busy`; anything else is a fault of ours. */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Clock, systemClock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import { accessStore } from './access.ts';
import { arrayStore } from './arrays.ts';
import { callStore } from './calls.ts';
import { catalogStore } from './catalog.ts';
import { databaseStore } from './databases.ts';
import { createEntities } from './entities.ts';
import { hostStore } from './hosts.ts';
import { journalStore } from './journal.ts';
import { lockStore } from './locks.ts';
import { loginBrakeStore } from './login-brakes.ts';
import { bePatient } from './patience.ts';
import { scheduleStore } from './schedules.ts';
import { taskHistoryStore } from './task-history.ts';
import { taskStore } from './tasks.ts';
import { userStore } from './users.ts';

export interface StoreSettings {
  /** Finished tasks, with what belongs to them, are kept this long. */
  readonly taskRetentionDays: number;
  /** Audit entries are kept this long. */
  readonly auditRetentionDays: number;
}

/** Flex contract, section 9 asks for 30 days at least. */
const defaults: StoreSettings = { taskRetentionDays: 30, auditRetentionDays: 400 };

/** `clock` dates the rows of a task for its history; what a transition decides by is passed to it. */
export function createStore(
  tableName: string,
  config: DynamoDBClientConfig,
  settings = defaults,
  clock: Clock = systemClock,
): Store {
  const plainClient = new DynamoDBClient(config);
  // It copies every answer for a log that nobody keeps: a quarter of the client's own time for a large one.
  plainClient.middlewareStack.remove('loggerMiddleware');
  bePatient(plainClient);
  const client = DynamoDBDocumentClient.from(plainClient, { marshallOptions: { removeUndefinedValues: true } });
  const entities = createEntities(tableName, client, settings.auditRetentionDays);
  return {
    ...arrayStore(entities),
    ...hostStore(entities),
    ...databaseStore(entities),
    ...catalogStore(entities, clock),
    ...taskStore(entities, settings, clock),
    ...taskHistoryStore(entities, settings, clock),
    ...journalStore(entities, clock),
    ...lockStore(entities),
    ...scheduleStore(entities),
    ...accessStore(entities),
    ...userStore(entities),
    ...loginBrakeStore(entities),
    ...callStore(entities),
  };
}
