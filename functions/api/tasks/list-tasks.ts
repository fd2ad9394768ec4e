import * as z from 'zod/mini';
import { FlexTask, flexTask } from '../../../shared/faces/flex/flex-task.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { fitTasks, taskListLimitBytes } from './task-list-limit.ts';

/** All tasks of the retention time, newest last. Flex contract, section 9. */
export const listTasks = defineOperation({
  operation: 'list-tasks',
  method: 'GET',
  path: '/api/echo/v1/tasks',
  capability: 'tasks',
  audience: 'viewer',
  summary: 'List tasks',
  request: {},
  response: z.array(FlexTask),
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps) {
    const { tasks, left } = fitTasks((await deps.store.listTasks()).map(flexTask), taskListLimitBytes);
    return left === 0 ? { body: tasks } : { body: tasks, headers: { 'x-reprise-tasks-left-out': String(left) } };
  },
});
