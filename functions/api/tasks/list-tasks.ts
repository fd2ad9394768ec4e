import * as z from 'zod/mini';
import { FlexTask, flexTask } from '../../../shared/faces/flex/flex-task.ts';
import { cursorOf, positionOf } from '../../../shared/http/cursor.ts';
import { BadRequest } from '../../../shared/http/http-errors.ts';
import { type ApiAnswer, defineOperation } from '../../../shared/http/route.ts';
import { answerLimitBytes } from '../../../shared/http/whole-list.ts';
import type { ApiDeps } from '../api-deps.ts';
import { matches, type TaskFilter, TaskQuery } from './task-filter.ts';
import { fitTasks } from './task-list-limit.ts';
import { readTaskPage } from './task-page.ts';

/** Of a page, when a cursor says where it begins and nothing how long it is. */
const defaultLimit = 1000;

async function page(
  deps: ApiDeps,
  filter: TaskFilter,
  limit = defaultLimit,
  cursor: string | undefined,
): Promise<ApiAnswer> {
  const list = ['tasks', filter.state, filter.command_type, filter.host_id, filter.since];
  const after = cursor === undefined ? '' : positionOf(cursor, list);
  if (after === undefined)
    throw new BadRequest([
      { loc: ['query', 'cursor'], msg: 'is not a cursor of this list with these filters', type: 'custom' },
    ]);
  const { tasks, next } = await readTaskPage(deps.store, after, filter, { tasks: limit, bytes: answerLimitBytes });
  return next === null ? { body: tasks } : { body: tasks, headers: { 'x-next-cursor': cursorOf(next, list) } };
}

/**
 * All tasks of the retention time, newest last. Flex contract, section 9. Filters, `limit` and `cursor` are ours: pages go
 * from the oldest on, so that tasks made meanwhile come at the end, and `x-next-cursor` is there while more follow.
 */
export const listTasks = defineOperation({
  operation: 'list-tasks',
  method: 'GET',
  path: '/api/echo/v1/tasks',
  aliases: ['/api/ocie/v1/tasks', '/flex/api/v1/ocie/tasks', '/flex/api/v1/tasks/echo'],
  capability: 'tasks',
  audience: 'viewer',
  summary: 'List tasks',
  request: { query: TaskQuery },
  response: z.array(FlexTask),
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps, { query }) {
    const { limit, cursor, ...filter } = query;
    if (limit !== undefined || cursor !== undefined) return await page(deps, filter, limit, cursor);
    const all = (await deps.store.listTasks()).filter((task) => matches(task, filter));
    const { tasks, left } = fitTasks(all.map(flexTask), answerLimitBytes);
    return left === 0 ? { body: tasks } : { body: tasks, headers: { 'x-reprise-tasks-left-out': String(left) } };
  },
});
