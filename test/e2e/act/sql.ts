/** SQL over TCP with the superuser's password, as an application would come in. */
import { Client } from 'pg';
import { databasesOf } from './flex.ts';
import { waitUntil } from './wait-until.ts';
import { type Bed, type BedHost, hostOf } from '../bed/bed.ts';
import { type Server, serversBelow } from '../look/servers.ts';

export async function connectSql(bed: Bed, { port }: Pick<Server, 'port'>): Promise<Client> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: bed.superuserPassword,
    database: 'postgres',
  });
  // A server that is stopped under the session shows as a rejected query.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** The server whose data lies on the disk with this serial; waits for its start. */
export async function serverOn(host: BedHost, serial: string): Promise<Server> {
  return await waitUntil(
    `a server on ${host.hostId}/${serial}`,
    10_000,
    async () => (await serversBelow(`${host.deviceRoot}/${serial}`))[0],
  );
}

/** The server in the host's process list that listens where the API says the database does; throws unless it is one. */
export async function serverNamed(bed: Bed, hostId: string, name: string): Promise<Server> {
  const listed = (await databasesOf(bed.api, hostId)).filter((one) => one.name === name);
  const [server, another] = (await serversBelow(hostOf(bed, hostId).deviceRoot)).filter(({ port }) =>
    listed.some(({ connection }) => connection?.port === port),
  );
  if (listed.length !== 1 || server === undefined || another !== undefined)
    throw new Error(`not one server of ${name} on ${hostId}`);
  return server;
}

/** First column of all rows, as numbers. */
export async function numbers(client: Client, sql: string): Promise<readonly number[]> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows.map((row) => Number(row[0]));
}

/** The same over a session of its own. */
export async function numbersAt(bed: Bed, server: Pick<Server, 'port'>, sql: string): Promise<readonly number[]> {
  const client = await connectSql(bed, server);
  try {
    return await numbers(client, sql);
  } finally {
    await client.end();
  }
}

/** Asks for one number over and over, each time over a session of its own, as an application that connects anew. */
export function startPolling(bed: Bed, server: Pick<Server, 'port'>, sql: string) {
  const stopping = new AbortController();
  const seen: number[] = [];
  const polling = (async () => {
    while (!stopping.signal.aborted) {
      // Between the old database and the new one nobody answers.
      const [value] = await numbersAt(bed, server, sql).catch(() => []);
      if (value !== undefined && value !== seen.at(-1)) seen.push(value);
    }
  })();
  return {
    /** Every answer so far that differs from the one before it. */
    seen: (): readonly number[] => seen,
    stop: async (): Promise<void> => {
      stopping.abort();
      await polling;
    },
  };
}

export interface RowWriter {
  /** Highest row whose commit was acknowledged. */
  acknowledged(): number;
  /** Ends after the row under way; throws what made it end before. */
  stop(): Promise<void>;
}

/** Commits rows numbered from 1 without a gap, one transaction each, until it is stopped. */
export async function startRowWriter(client: Client, table: string): Promise<RowWriter> {
  await client.query(`CREATE TABLE ${table} (n bigint PRIMARY KEY, filler text NOT NULL)`);
  let last = 0;
  const stopping = new AbortController();
  const filler = 'x'.repeat(200);
  const writing = (async () => {
    while (!stopping.signal.aborted) {
      await client.query(`INSERT INTO ${table} VALUES ($1, $2)`, [last + 1, filler]);
      last += 1;
    }
  })();
  // Reported by stop(); a writer that fails meanwhile must not end the process.
  writing.catch(() => undefined);
  return {
    acknowledged: () => last,
    stop: async () => {
      stopping.abort();
      await writing;
    },
  };
}
