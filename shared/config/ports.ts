/** Ports made from the environment. Each function names the ones it needs, and bundles only those. */
import { createStore } from '../adapters/store-dynamodb/store.ts';
import { systemClock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { createLog } from '../observability/log.ts';
import { awsClientConfig } from './aws-client.ts';
import { BaseEnvironment, type Environment, readEnvironment, StoreEnvironment } from './environment.ts';

export const storeFrom = (environment: Environment): Store => {
  const { TABLE_NAME } = readEnvironment(BaseEnvironment, environment);
  const { TASK_RETENTION_DAYS, AUDIT_RETENTION_DAYS } = readEnvironment(StoreEnvironment, environment);
  const settings = { taskRetentionDays: TASK_RETENTION_DAYS, auditRetentionDays: AUDIT_RETENTION_DAYS };
  return createStore(TABLE_NAME, awsClientConfig(environment, 'DYNAMODB'), settings);
};

export const logFrom = (environment: Environment, service: string) => {
  const { LOG_LEVEL, ENVIRONMENT } = readEnvironment(BaseEnvironment, environment);
  return createLog(service, { level: LOG_LEVEL, environment: ENVIRONMENT });
};

export const clockFrom = () => systemClock;
