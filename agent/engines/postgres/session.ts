import { Client } from 'pg';
import { type Cluster, superuser } from './cluster.ts';

/** What the agent's own questions are answered with, as `pg` reads it: no dates, no documents. */
type Scalar = string | number | boolean | null;

/** Text of the first column of the first row, or null. */
export type FirstValue = (sql: string, values?: readonly unknown[]) => Promise<string | null>;

/**
 * A session through the agent's private socket. The caller listens for 'error' and ends it. Nothing is taken from
 * PG* variables of the environment.
 */
export function newClient(cluster: Cluster, purpose: string, timeoutSeconds: number): Client {
  return new Client({
    host: cluster.privateDirectory,
    port: cluster.port,
    user: superuser,
    database: 'postgres',
    password: '',
    application_name: purpose,
    connectionTimeoutMillis: timeoutSeconds * 1000,
    query_timeout: timeoutSeconds * 1000,
  });
}

export async function firstValue(client: Client, sql: string, values: readonly unknown[] = []): Promise<string | null> {
  const answer = await client.query<Scalar[]>({ text: sql, values: [...values], rowMode: 'array' });
  const value = answer.rows[0]?.[0];
  return value === null || value === undefined ? null : String(value);
}

/** Runs `work` in a session of its own. A session that dies shows as a rejected query, so its event needs no answer. */
export async function withSession<T>(
  cluster: Cluster,
  timeoutSeconds: number,
  work: (value: FirstValue) => Promise<T>,
): Promise<T> {
  const client = newClient(cluster, 'reprise-agent', timeoutSeconds);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work((sql, values) => firstValue(client, sql, values));
  } finally {
    await client.end();
  }
}
