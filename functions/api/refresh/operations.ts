import { refreshDatabases } from './refresh-databases.ts';

export const operations = [refreshDatabases];
