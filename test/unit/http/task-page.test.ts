import { expect, it } from 'vitest';
import { readTaskPage } from '../../../functions/api/tasks/task-page.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { aTask } from '../../builders/task.ts';

/** Tasks in the order of their ids, of which the last one runs. */
const tasks: readonly Task[] = Array.from({ length: 24_000 }, (_, index) =>
  aTask({ requestId: `r${String(index).padStart(6, '0')}`, state: index === 23_999 ? 'running' : 'done' }),
);

it('ends a page that finds nothing in time, and goes on from there', async () => {
  let reads = 0;
  const pageTasks = (after: string, rows: number) => {
    reads += 1;
    const first = after === '' ? 0 : Number(after.slice(1)) + 1;
    return Promise.resolve({ tasks: tasks.slice(first, first + rows), isLast: first + rows >= tasks.length });
  };
  const sizes: number[] = [];
  const found: string[] = [];
  let position: string | null = '';
  while (position !== null) {
    const before = reads;
    const page = await readTaskPage({ pageTasks }, position, { state: 'running' }, { tasks: 1, bytes: 1_000_000 });
    sizes.push(reads - before);
    found.push(...page.tasks.map((task) => task.request_id));
    position = page.next;
  }
  expect(sizes).toEqual([10, 10, 4]);
  expect(found).toEqual(['r023999']);
});
