import { cancelTask } from './cancel-task.ts';
import { getTask } from './get-task.ts';
import { listTaskEvents } from './list-task-events.ts';
import { listTasks } from './list-tasks.ts';

export const operations = [listTasks, getTask, listTaskEvents, cancelTask];
