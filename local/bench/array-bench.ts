/**
 * What the size of the demo array costs: the same calls on an array with some hundred objects and on a full one, in turns,
 * so that what else the machine does falls on both.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { startArray, type ArrayProcess } from '../array/array-process.ts';
import { plantArrayData, type ArrayDataSize } from './array-data.ts';

export interface ArrayCallFigures {
  readonly call: string;
  /** Medians. */
  readonly small_milliseconds: number;
  readonly full_milliseconds: number;
  readonly ratio: number;
}

export interface ArrayFigures {
  readonly volumes: number;
  readonly snapshots: number;
  /** From the start of the process to its being ready, the quickest of three. */
  readonly start_seconds: number;
  readonly calls: readonly ArrayCallFigures[];
}

const SMALL: ArrayDataSize = { volumes: 17, snapshotsOfEach: 5 };
const FULL: ArrayDataSize = { volumes: 10_000, snapshotsOfEach: 5 };
const LARGEST_RATIO = 2;
const LONGEST_START_SECONDS = 3;

const ROUNDS = 60;
const WARM_UP_ROUNDS = 10;
const STARTS = 3;
const CREDENTIALS = { user: 'admin', password: 'bench' };

interface Call {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** Of one round; no two rounds make the same object. */
  readonly path: (round: number) => string;
  readonly body?: (round: number) => object;
}

/** Ids of what is planted: the array's own volume is 1, a group takes 2 and 10 more for its volume and five snapshots. */
const groupOfRound = (round: number): string => `/volume_groups/${String(2 + 12 * (round % SMALL.volumes))}`;

const CALLS: readonly Call[] = [
  { name: 'list a page', method: 'GET', path: () => 'volumes?__limit=10' },
  {
    name: 'newest snapshot of a group',
    method: 'GET',
    path: (round) =>
      `snapshots?volume_group.ref=${groupOfRound(round)}&__sort=creation_time&__sort_order=desc&__limit=1`,
  },
  { name: 'filter by reference', method: 'GET', path: (round) => `volumes?volume_group.ref=${groupOfRound(round)}` },
  {
    name: 'create a volume',
    method: 'POST',
    path: () => 'volumes',
    body: (round) => ({ name: `made-${String(round)}`, size: 1024, volume_group: { ref: groupOfRound(round) } }),
  },
  {
    name: 'create a snapshot',
    method: 'POST',
    path: () => 'snapshots',
    body: (round) => ({
      short_name: `made-${String(round)}`,
      source: { ref: groupOfRound(round) },
      retention_policy: { ref: '/retention_policies/1' },
    }),
  },
];

interface Client {
  /** Milliseconds until the answer is read. Throws when the array refuses. */
  time(call: Call, round: number): Promise<number>;
  close(): Promise<void>;
}

async function connect(array: ArrayProcess): Promise<Client> {
  const dispatcher = new Agent({ connect: { ca: await readFile(array.caFile, 'utf8') } });
  const authorization = `Basic ${Buffer.from(`${CREDENTIALS.user}:${CREDENTIALS.password}`).toString('base64')}`;
  return {
    time: async ({ name, method, path, body }, round) => {
      const started = performance.now();
      const answer = await request(`${array.url}/api/v2/${path(round)}`, {
        method,
        dispatcher,
        headers: { authorization },
        body: body === undefined ? null : JSON.stringify(body(round)),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`${name}: ${String(answer.statusCode)} ${text}`);
      return performance.now() - started;
    },
    close: () => dispatcher.close(),
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

async function compare(call: Call, small: Client, full: Client): Promise<ArrayCallFigures> {
  const times: { readonly small: number[]; readonly full: number[] } = { small: [], full: [] };
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    const [ofSmall, ofFull] = [await small.time(call, round), await full.time(call, round)];
    if (round < WARM_UP_ROUNDS) continue;
    times.small.push(ofSmall);
    times.full.push(ofFull);
  }
  const [small_milliseconds, full_milliseconds] = [median(times.small), median(times.full)];
  return { call: call.name, small_milliseconds, full_milliseconds, ratio: full_milliseconds / small_milliseconds };
}

async function startOn(dataDir: string): Promise<{ readonly array: ArrayProcess; readonly seconds: number }> {
  const started = performance.now();
  const array = await startArray({ dataDir, port: 0, ...CREDENTIALS });
  return { array, seconds: (performance.now() - started) / 1000 };
}

async function quickestStart(dataDir: string): Promise<number> {
  let quickest = Infinity;
  for (let start = 0; start < STARTS; start += 1) {
    const { array, seconds } = await startOn(dataDir);
    await array.stop();
    quickest = Math.min(quickest, seconds);
  }
  return quickest;
}

/** Plants both arrays under `folder` and measures. */
export async function benchArray(folder: string, say: (line: string) => void): Promise<ArrayFigures> {
  const [smallDir, fullDir] = [join(folder, 'small'), join(folder, 'full')];
  say(`planting ${String(FULL.volumes)} volumes with ${String(FULL.snapshotsOfEach)} snapshots each`);
  for (const [dir, size] of [[smallDir, SMALL] as const, [fullDir, FULL] as const]) {
    await mkdir(dir, { recursive: true });
    await plantArrayData(dir, size);
  }
  say('starting the array on them');
  const start_seconds = await quickestStart(fullDir);
  const arrays = [(await startOn(smallDir)).array, (await startOn(fullDir)).array] as const;
  const clients = [await connect(arrays[0]), await connect(arrays[1])] as const;
  try {
    const calls: ArrayCallFigures[] = [];
    for (const call of CALLS) calls.push(await compare(call, ...clients));
    return { volumes: FULL.volumes, snapshots: FULL.volumes * FULL.snapshotsOfEach, start_seconds, calls };
  } finally {
    for (const client of clients) await client.close();
    for (const array of arrays) await array.stop();
  }
}

/** Which budgets the figures break, one line each. */
export const brokenArrayBudgets = ({ start_seconds, calls }: ArrayFigures): readonly string[] => [
  ...(start_seconds > LONGEST_START_SECONDS
    ? [`the array started in ${start_seconds.toFixed(2)} s, more than ${String(LONGEST_START_SECONDS)} s`]
    : []),
  ...calls
    .filter(({ ratio }) => ratio > LARGEST_RATIO)
    .map(({ call, ratio }) => `${call}: ${ratio.toFixed(2)} times as slow, more than ${String(LARGEST_RATIO)}`),
];

/** The figures as a table for people. */
export function arrayTable(figures: ArrayFigures): readonly string[] {
  const row = (call: string, ...cells: readonly string[]): string =>
    `  ${call.padEnd(28)}${cells.map((cell) => cell.padStart(12)).join('')}`;
  return [
    `array with ${String(figures.volumes)} volumes and ${String(figures.snapshots)} snapshots, against a small one`,
    row('', 'small ms', 'full ms', 'ratio'),
    ...figures.calls.map(({ call, small_milliseconds, full_milliseconds, ratio }) =>
      row(call, small_milliseconds.toFixed(2), full_milliseconds.toFixed(2), ratio.toFixed(2)),
    ),
    row('start', '', (figures.start_seconds * 1000).toFixed(0), ''),
  ];
}
