/** Long operations of the API as a client follows them. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiAnswer, ApiClient } from './api-client.ts';

const Task = z.object({
  state: z.enum(['running', 'completed', 'failed', 'aborted']),
  error: z.string(),
  location: z.string(),
  result: z
    .object({
      db_snapshot: z.object({ id: z.string() }).optional(),
      cloned_dbs: z.array(z.object({ id: z.string(), name: z.string(), host_id: z.string() })).optional(),
    })
    .nullable(),
});
export type FollowedTask = z.infer<typeof Task>;

export function refuseUnless(answer: ApiAnswer, status: number, what: string): void {
  if (answer.status !== status)
    throw new Error(`${what} was answered ${String(answer.status)}: ${JSON.stringify(answer.body)}`);
}

/** Follows the task that `answer` began until it is over. Throws when it does not complete, or not in time. */
export async function followTask(
  api: ApiClient,
  answer: ApiAnswer,
  timeoutMs: number,
  everyMs = 200,
): Promise<FollowedTask> {
  const { location } = Task.pick({ location: true }).parse(answer.body);
  const until = Date.now() + timeoutMs;
  for (;;) {
    const task = Task.parse((await api.call('GET', location)).body);
    if (task.state === 'completed') return task;
    if (task.state !== 'running') throw new Error(`the task ${task.state}: ${task.error}`);
    if (Date.now() > until) throw new Error(`the task was still running after ${String(timeoutMs / 1000)} s`);
    await pause(everyMs);
  }
}
