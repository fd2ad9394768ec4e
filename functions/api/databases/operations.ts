import { getDatabase } from './get-database.ts';
import { getTopology } from './get-topology.ts';
import { listDatabases } from './list-databases.ts';

export const operations = [listDatabases, getDatabase, getTopology];
