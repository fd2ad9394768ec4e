/**
 * One clone to n destinations, cut into what the array took, what the agents took, and the rest: the control plane's own
 * share is the wall time, from the request's sending to the end of the execution, during which no call to array or agent
 * was open (design, budgets).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiClient } from '../site/api-client.ts';
import type { Site } from '../site/site.ts';
import { followTask, refuseUnless } from '../site/tasks.ts';
import { coveredMs } from './spans.ts';
import type { WireWatch } from './wire-watch.ts';

export interface CloneFigures {
  readonly destinations: number;
  readonly control_plane_seconds: number;
  readonly array_seconds: number;
  readonly agent_seconds: number;
  readonly total_seconds: number;
  /** States entered. */
  readonly transitions: number;
  /** Inputs of all states entered, together. */
  readonly payload_bytes: number;
}

export interface CloneBench {
  readonly site: Site;
  readonly api: ApiClient;
  readonly watch: WireWatch;
  readonly sourceHost: string;
  readonly sourceDatabase: string;
  readonly destinationHost: string;
}

const patienceMs = 120_000;
const lookEveryMs = 2;

const Databases = z.array(z.object({ id: z.string(), name: z.string() }));
const Started = z.object({ request_id: z.string() });

async function idOf({ api, sourceHost, sourceDatabase }: CloneBench): Promise<string> {
  const listed = Databases.parse((await api.call('GET', `/api/v1/hosts/${sourceHost}/databases`)).body);
  const found = listed.find(({ name }) => name === sourceDatabase);
  if (found === undefined) throw new Error(`${sourceHost} has no database ${sourceDatabase}`);
  return found.id;
}

/** The execution, looked at in this process: asking the API for the task would be load of the bench's own making. */
async function executionOf({ site }: CloneBench, requestId: string) {
  const until = performance.now() + patienceMs;
  for (;;) {
    const execution = site.cloud.executions().find(({ request }) => request.name.startsWith(`${requestId}-`));
    if (execution !== undefined && execution.status !== 'RUNNING') return execution;
    if (performance.now() > until) throw new Error(`clone ${requestId} did not end`);
    await pause(lookEveryMs);
  }
}

async function removeClones(
  { api, destinationHost }: CloneBench,
  cloned: readonly { readonly id: string }[],
  snapshotId: string,
): Promise<void> {
  for (const { id } of cloned) {
    const answer = await api.call('DELETE', '/api/echo/v1/echo_dbs', { host_id: destinationHost, database_id: id });
    await followTask(api, answer, patienceMs);
  }
  refuseUnless(
    await api.call('DELETE', `/api/echo/v1/db_snapshots/${snapshotId}`),
    204,
    'the deletion of the snapshot',
  );
}

/** Clones, measures, and deletes what it made. */
export async function measureClone(bench: CloneBench, destinations: number): Promise<CloneFigures> {
  const { api, watch, sourceHost, destinationHost } = bench;
  const db_id = await idOf(bench);
  const names = Array.from({ length: destinations }, (_, at) => `bench_${String(at + 1)}`);
  const body = {
    source_host_id: sourceHost,
    destinations: names.map((db_name) => ({ host_id: destinationHost, db_id, db_name })),
  };
  watch.reset();
  const from = performance.now();
  const answer = await api.call('POST', '/api/echo/v1/echo_dbs', body);
  refuseUnless(answer, 200, 'the clone');
  const execution = await executionOf(bench, Started.parse(answer.body).request_id);
  const window = { from, to: performance.now() };
  const { array, agent } = watch.spans();
  const { result } = await followTask(api, answer, patienceMs);
  const { transitions, payloadBytes } = execution.history.counts;
  await removeClones(bench, result?.cloned_dbs ?? [], result?.db_snapshot?.id ?? '');
  const total = window.to - window.from;
  return {
    destinations,
    control_plane_seconds: (total - coveredMs([...array, ...agent], window)) / 1000,
    array_seconds: coveredMs(array, window) / 1000,
    agent_seconds: coveredMs(agent, window) / 1000,
    total_seconds: total / 1000,
    transitions,
    payload_bytes: payloadBytes,
  };
}

const leastShare = (left: CloneFigures, right: CloneFigures): CloneFigures =>
  right.control_plane_seconds < left.control_plane_seconds ? right : left;

/**
 * For each number of destinations the run with the smallest control-plane share: what else the machine does only ever
 * adds to it. Runs take turns, so that a busy minute or a cold compiler meets all numbers alike.
 */
export async function bestClones(
  bench: CloneBench,
  destinations: readonly number[],
  runs: number,
): Promise<readonly CloneFigures[]> {
  const best = new Map<number, CloneFigures>();
  for (let run = 0; run < runs; run += 1) {
    for (const count of destinations) {
      const figures = await measureClone(bench, count);
      best.set(count, leastShare(best.get(count) ?? figures, figures));
    }
  }
  return [...best.values()];
}
