/** What the size of the catalog costs the calls that show all of it, through the front door. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { z } from 'zod';
import type { TableAccess } from '../cloud/table-access.ts';
import type { ApiClient } from '../site/api-client.ts';
import { refuseUnless } from '../site/tasks.ts';
import { type CatalogSize, plantCatalog } from './topology-data.ts';

export interface TopologyFigures {
  readonly hosts: number;
  readonly databases: number;
  readonly snapshots: number;
  /** From the sending of the request until its answer is read and parsed: median. */
  readonly seconds: number;
  /** Of the answer, as JSON. */
  readonly bytes: number;
  /** Calls to DynamoDB for one answer, by operation. */
  readonly table_calls: Readonly<Record<string, number>>;
}

const SIZE: CatalogSize = { hosts: 200, databasesOfEach: 10, snapshotsOfEach: 10 };
const LONGEST_SECONDS = 2;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;

const Topology = z.array(
  z.object({
    host: z.object({ id: z.string() }),
    databases: z.array(z.object({ db_snapshots: z.array(z.object({ id: z.string() })) })),
  }),
);
const outgoing = z.object({
  request: z.custom<{ getHeader(name: string): unknown }>((value) => typeof value === 'object' && value !== null),
});

/** Operations of DynamoDB that this process asks for meanwhile. */
async function countCalls(work: () => Promise<void>): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  const listen = (message: unknown): void => {
    const target = outgoing.parse(message).request.getHeader('x-amz-target');
    if (typeof target !== 'string' || !target.startsWith('DynamoDB')) return;
    const operation = target.split('.')[1] ?? target;
    counts[operation] = (counts[operation] ?? 0) + 1;
  };
  subscribe('http.client.request.start', listen);
  try {
    await work();
  } finally {
    unsubscribe('http.client.request.start', listen);
  }
  return counts;
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

/** Plants a catalog of that size beside what the site has, and measures its topology. Throws when it is not whole. */
export async function benchTopology(
  table: TableAccess,
  api: ApiClient,
  say: (line: string) => void,
): Promise<TopologyFigures> {
  const databases = SIZE.hosts * SIZE.databasesOfEach;
  const snapshots = databases * SIZE.snapshotsOfEach;
  say(`planting ${String(SIZE.hosts)} hosts, ${String(databases)} databases and ${String(snapshots)} snapshots`);
  await plantCatalog(table, SIZE);
  const times: number[] = [];
  let body: unknown;
  let table_calls: Readonly<Record<string, number>> = {};
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    table_calls = await countCalls(async () => {
      const started = performance.now();
      const answer = await api.call('GET', '/api/echo/v1/topology');
      if (round >= WARM_UP_ROUNDS) times.push((performance.now() - started) / 1000);
      refuseUnless(answer, 200, 'the topology');
      body = answer.body;
    });
  }
  const planted = Topology.parse(body).filter(({ host }) => host.id.startsWith('bench-host-'));
  const shown = planted.flatMap((one) => one.databases);
  const counts = [planted.length, shown.length, shown.flatMap((one) => one.db_snapshots).length];
  if (counts.join() !== [SIZE.hosts, databases, snapshots].join())
    throw new Error(`the topology shows ${counts.join(', ')} hosts, databases and snapshots`);
  const bytes = Buffer.byteLength(JSON.stringify(body));
  return { hosts: SIZE.hosts, databases, snapshots, seconds: median(times), bytes, table_calls };
}

/** Which budgets the figures break, one line each. */
export const brokenTopologyBudgets = ({ seconds, table_calls }: TopologyFigures): readonly string[] => [
  ...(seconds > LONGEST_SECONDS
    ? [`the topology took ${seconds.toFixed(2)} s, more than ${String(LONGEST_SECONDS)} s`]
    : []),
  ...('Scan' in table_calls ? ['the topology scans the table'] : []),
];

/** The figures for people. */
export const topologyLine = ({ seconds, bytes, table_calls }: TopologyFigures): string =>
  `  topology: ${seconds.toFixed(2)} s, ${String(bytes)} bytes, ${JSON.stringify(table_calls)}`;
