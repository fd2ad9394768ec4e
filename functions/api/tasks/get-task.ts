import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { FlexTask, flexTask } from '../../../shared/faces/flex/flex-task.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';

export const TaskPath = z.object({ request_id: z.string().check(z.minLength(1), z.maxLength(64)) });

/** One task. Flex contract, section 9. */
export const getTask = defineOperation({
  operation: 'get-task',
  method: 'GET',
  path: '/api/echo/v1/tasks/{request_id}',
  aliases: [
    '/api/ocie/v1/tasks/{request_id}',
    '/flex/api/v1/ocie/tasks/{request_id}',
    '/flex/api/v1/tasks/echo/{request_id}',
  ],
  capability: 'tasks',
  audience: 'viewer',
  summary: 'Get one task',
  request: { path: TaskPath },
  response: FlexTask,
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps, call) {
    const task = await deps.store.getTask(call.path.request_id);
    if (task === undefined) throw new DomainError('NotFound', `Task '${call.path.request_id}' not found`);
    return { body: flexTask(task) };
  },
});
