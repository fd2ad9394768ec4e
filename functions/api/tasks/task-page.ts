/** One page of the list of tasks: as many as were asked for, or as many as an answer holds. */
import { sentBytes } from '../../../shared/http/whole-list.ts';
import { type FlexTask, flexTask } from '../../../shared/faces/flex/flex-task.ts';
import type { TaskStore } from '../../../shared/ports/store.ts';
import { matches, type TaskFilter } from './task-filter.ts';

export interface TaskPage {
  readonly tasks: readonly FlexTask[];
  /** Id of its last task, when more follow; null at the end. */
  readonly next: string | null;
}

/** Few rows of many may match: then more are read at once, to ask the table less often. */
const rowsAtOnce = 1000;
/** Then the page ends, however few it has found: a call must be over in time, and its cursor goes on from there. */
const mostReads = 10;

export async function readTaskPage(
  store: Pick<TaskStore, 'pageTasks'>,
  after: string,
  filter: TaskFilter,
  most: { readonly tasks: number; readonly bytes: number },
): Promise<TaskPage> {
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const rows = isFiltered ? rowsAtOnce : most.tasks + 1;
  const tasks: FlexTask[] = [];
  let bytes = 2;
  let position = after;
  for (let reads = 1; ; reads += 1) {
    const read = await store.pageTasks(position, rows);
    for (const task of read.tasks) {
      if (matches(task, filter)) {
        const shown = flexTask(task);
        bytes += sentBytes(JSON.stringify(shown)) + 1;
        const isFull = tasks.length === most.tasks || (tasks.length > 0 && bytes > most.bytes);
        if (isFull) return { tasks, next: position };
        tasks.push(shown);
      }
      position = task.requestId;
    }
    if (read.isLast) return { tasks, next: null };
    if (reads === mostReads) return { tasks, next: position };
  }
}
