import { cancelTask } from './cancel-task.ts';
import { getTask } from './get-task.ts';
import { listTasks } from './list-tasks.ts';

export const operations = [listTasks, getTask, cancelTask];
