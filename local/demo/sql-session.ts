/** One SQL connection over TCP, as any client of the database would open it. */
import { Client } from 'pg';

export interface SqlSession {
  /** First column of the first row, as text. */
  value(sql: string, values?: readonly unknown[]): Promise<string>;
  run(sql: string, values?: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
}

export interface SqlTarget {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

export async function openSql({ host, port, password }: SqlTarget): Promise<SqlSession> {
  const client = new Client({ host, port, user: 'postgres', database: 'postgres', password });
  // A connection that dies while nobody asks shows at the next question.
  client.on('error', () => undefined);
  await client.connect();
  return {
    value: async (sql, values = []) => {
      const { rows } = await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' });
      return String(rows[0]?.[0]);
    },
    run: async (sql, values = []) => {
      await client.query({ text: sql, values: [...values] });
    },
    close: () => client.end(),
  };
}
