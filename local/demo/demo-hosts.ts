/** Names of the demo's hosts and databases, and how its SQL reaches them: as the API tells. */
import { z } from 'zod';
import type { ApiClient } from '../site/api-client.ts';
import { refuseUnless } from '../site/tasks.ts';
import type { HostSpec } from '../site/site.ts';
import { openSql, type SqlSession } from './sql-session.ts';

/** A database by its host and its name. */
export interface Place {
  readonly hostId: string;
  readonly database: string;
}

export const source: Place = { hostId: 'pgprod1', database: 'shop' };
/** Of the clone that takes its own snapshot. */
export const destination: Place = { hostId: 'pgdev1', database: 'shop_dev' };
/** Of the clones from one snapshot that is there. */
export const bug: Place = { hostId: 'pgdev1', database: 'shop_bug' };
export const qa: Place = { hostId: 'pgqa1', database: 'shop_qa' };

export const destinationHosts = [destination.hostId, qa.hostId] as const;

export const demoHosts: readonly HostSpec[] = [
  { hostId: source.hostId, vendor: 'postgres', databases: [source.database] },
  ...destinationHosts.map((hostId) => ({ hostId, vendor: 'postgres' as const, databases: [] })),
];

const Databases = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    connection: z.object({ host: z.string(), port: z.number() }).nullable(),
  }),
);
export type ListedDatabase = z.infer<typeof Databases>[number];

export async function listDatabases(api: ApiClient, hostId: string): Promise<readonly ListedDatabase[]> {
  const answer = await api.call('GET', `/api/v1/hosts/${hostId}/databases`);
  refuseUnless(answer, 200, `the list of databases on ${hostId}`);
  return Databases.parse(answer.body);
}

/** Throws when the host has no such database. */
export async function findDatabase(api: ApiClient, { hostId, database }: Place): Promise<ListedDatabase> {
  const found = (await listDatabases(api, hostId)).find(({ name }) => name === database);
  if (found === undefined) throw new Error(`${hostId} has no database ${database}`);
  return found;
}

/** Throws when it does not say where it listens, or cannot be connected to. */
export function connectTo({ name, connection }: ListedDatabase, password: string): Promise<SqlSession> {
  if (connection === null) throw new Error(`${name} does not say where it listens`);
  return openSql({ ...connection, password });
}
