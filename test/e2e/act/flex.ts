/** What a user's script does with the Flex API. Answers are parsed as strictly as the contract says. */
import { z } from 'zod';
import { waitUntil } from './wait-until.ts';
import type { ApiAnswer, ApiClient } from '../../../local/site/api-client.ts';

const ClonedDatabase = z.object({
  id: z.string(),
  name: z.string(),
  host_id: z.string(),
  source_host_id: z.string(),
  source_db_id: z.union([z.string(), z.number()]),
  source_db_name: z.string(),
});
export type ClonedDatabase = z.infer<typeof ClonedDatabase>;

export const TaskAnswer = z.object({
  state: z.enum(['running', 'completed', 'failed', 'aborted']),
  request_id: z.string(),
  command_type: z.string(),
  error: z.string(),
  location: z.string(),
  result: z
    .object({ db_snapshot: z.object({ id: z.string() }).optional(), cloned_dbs: z.array(ClonedDatabase).optional() })
    .strict()
    .nullable(),
});
export type TaskAnswer = z.infer<typeof TaskAnswer>;

export interface Destination {
  readonly host_id: string;
  readonly db_id: string;
  readonly db_name: string;
}

export interface CloneOptions {
  readonly consistency_level?: 'application' | 'crash';
  readonly target_state?: 'online' | 'recovery';
}

const Databases = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    mount_points: z.array(z.object({ serial: z.string() })),
    connection: z.object({ port: z.int() }).nullable(),
  }),
);
export type ListedDatabase = z.infer<typeof Databases>[number];

export async function databasesOf(api: ApiClient, hostId: string): Promise<readonly ListedDatabase[]> {
  return Databases.parse((await api.call('GET', `/api/v1/hosts/${hostId}/databases`)).body);
}

export async function databaseNamed(api: ApiClient, hostId: string, name: string): Promise<ListedDatabase> {
  return await waitUntil(`${hostId} to report ${name}`, 15_000, async () =>
    (await databasesOf(api, hostId)).find((one) => one.name === name),
  );
}

export const postClone = (
  api: ApiClient,
  sourceHostId: string,
  destinations: readonly Destination[],
  options: CloneOptions = {},
): Promise<ApiAnswer> =>
  api.call('POST', '/api/echo/v1/echo_dbs', { source_host_id: sourceHostId, destinations, ...options });

/** The task of an accepted call; throws with the whole answer when it was refused. */
export function acceptedTask(answer: ApiAnswer): TaskAnswer {
  if (answer.status >= 300) throw new Error(`refused: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
  return TaskAnswer.parse(answer.body);
}

export async function taskAt(api: ApiClient, location: string): Promise<TaskAnswer> {
  return TaskAnswer.parse((await api.call('GET', location)).body);
}

/** Waits until the task is no longer `running`. */
export async function ended(
  api: ApiClient,
  task: Pick<TaskAnswer, 'location'>,
  withinMs = 45_000,
): Promise<TaskAnswer> {
  return await waitUntil(
    `task ${task.location} to end`,
    withinMs,
    async () => {
      const now = await taskAt(api, task.location);
      return now.state === 'running' ? undefined : now;
    },
    50,
  );
}

/** Waits for the task of an accepted call; throws unless it completed. */
export async function completed(api: ApiClient, answer: ApiAnswer): Promise<TaskAnswer> {
  const task = await ended(api, acceptedTask(answer));
  if (task.state !== 'completed') throw new Error(`the task did not complete: ${JSON.stringify(task)}`);
  return task;
}

/** Clones and waits; throws unless it completed. */
export async function clone(
  api: ApiClient,
  sourceHostId: string,
  destinations: readonly Destination[],
  options: CloneOptions = {},
): Promise<{ readonly snapshotId: string; readonly clones: readonly ClonedDatabase[] }> {
  const { result } = await completed(api, await postClone(api, sourceHostId, destinations, options));
  if (result?.db_snapshot === undefined || result.cloned_dbs === undefined)
    throw new Error(`the clone says too little: ${JSON.stringify(result)}`);
  return { snapshotId: result.db_snapshot.id, clones: result.cloned_dbs };
}

export const requestDeleteClone = (
  api: ApiClient,
  hostId: string,
  databaseId: string,
  options: { readonly cascade?: boolean } = {},
): Promise<ApiAnswer> =>
  api.call('DELETE', '/api/echo/v1/echo_dbs', { host_id: hostId, database_id: databaseId, ...options });

export async function deleteClone(
  api: ApiClient,
  hostId: string,
  databaseId: string,
  options: { readonly cascade?: boolean } = {},
): Promise<void> {
  const { result } = await completed(api, await requestDeleteClone(api, hostId, databaseId, options));
  if (result !== null) throw new Error(`the deletion has a result: ${JSON.stringify(result)}`);
}

export async function deleteSnapshot(api: ApiClient, snapshotId: string): Promise<void> {
  const answer = await api.call('DELETE', `/api/echo/v1/db_snapshots/${snapshotId}`);
  if (answer.status !== 204)
    throw new Error(`snapshot ${snapshotId}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
}

export const snapshotIds = async (api: ApiClient): Promise<readonly string[]> =>
  z
    .array(z.object({ id: z.string() }))
    .parse((await api.call('GET', '/api/echo/v1/db_snapshots')).body)
    .map((one) => one.id);
