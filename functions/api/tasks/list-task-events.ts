import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { taskEvents } from '../../../shared/domain/task-history.ts';
import { FlexTaskEvent, flexTaskEvent } from '../../../shared/faces/flex/flex-task-event.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { TaskPath } from './get-task.ts';

/** What a task did, oldest first: steps, attempts, effects and their undo, and what agents were told. Ours. */
export const listTaskEvents = defineOperation({
  operation: 'list-task-events',
  method: 'GET',
  path: '/api/echo/v1/tasks/{request_id}/events',
  capability: 'tasks',
  audience: 'viewer',
  summary: 'List what a task did',
  request: { path: TaskPath },
  response: z.array(FlexTaskEvent),
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps, call) {
    const history = await deps.store.readTaskHistory(call.path.request_id);
    if (history === undefined) throw new DomainError('NotFound', `Task '${call.path.request_id}' not found`);
    return { body: taskEvents(history).map(flexTaskEvent) };
  },
});
