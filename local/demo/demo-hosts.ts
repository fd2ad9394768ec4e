/** Names of the demo's hosts and databases, and how its SQL reaches them: as the API tells. */
import { z } from 'zod';
import type { ApiClient } from '../site/api-client.ts';
import { refuseUnless } from '../site/tasks.ts';
import type { HostSpec } from '../site/site.ts';
import { openSql, type SqlSession } from './sql-session.ts';

export const source = { hostId: 'pgprod1', database: 'shop' } as const;
export const destination = { hostId: 'pgdev1', database: 'shop_dev' } as const;

export const demoHosts: readonly HostSpec[] = [
  { hostId: source.hostId, vendor: 'postgres', databases: [source.database] },
  { hostId: destination.hostId, vendor: 'postgres', databases: [] },
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

/** Throws when the host has no such database, or it cannot be connected to. */
export async function findDatabase(api: ApiClient, hostId: string, name: string): Promise<ListedDatabase> {
  const found = (await listDatabases(api, hostId)).find((database) => database.name === name);
  if (found === undefined) throw new Error(`${hostId} has no database ${name}`);
  return found;
}

export function connectTo({ name, connection }: ListedDatabase, password: string): Promise<SqlSession> {
  if (connection === null) throw new Error(`${name} does not say where it listens`);
  return openSql({ ...connection, password });
}
