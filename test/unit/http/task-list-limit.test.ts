import { expect, it } from 'vitest';
import { fitTasks } from '../../../functions/api/tasks/task-list-limit.ts';
import type { TaskState } from '../../../shared/domain/task.ts';
import { sentBytes } from '../../../shared/http/whole-list.ts';
import { flexTask } from '../../../shared/faces/flex/flex-task.ts';
import { taskRow } from '../../builders/flex-example.ts';

const tasks = (...states: readonly TaskState[]) =>
  states.map((state, index) => flexTask(taskRow({ requestId: `r${String(index)}`, state })));
const bytesOf = (list: readonly unknown[]): number => sentBytes(JSON.stringify(list));
const idsOf = (list: readonly { readonly request_id: string }[]) => list.map((task) => task.request_id);

it('keeps all that fit, in order', () => {
  const all = tasks('done', 'running', 'failed');
  expect(fitTasks(all, bytesOf(all) + 1)).toEqual({ tasks: all, left: 0 });
  expect(fitTasks([], 10)).toEqual({ tasks: [], left: 0 });
});

it('leaves the oldest finished ones out first', () => {
  const all = tasks('done', 'done', 'done');
  const fitted = fitTasks(all, bytesOf(all) - 1);
  expect(idsOf(fitted.tasks)).toEqual(['r1', 'r2']);
  expect(fitted.left).toBe(1);
});

it('keeps running ones however old, and whatever the limit', () => {
  const all = tasks('running', 'done', 'queued', 'done');
  const fitted = fitTasks(all, 10);
  expect(idsOf(fitted.tasks)).toEqual(['r0', 'r2']);
  expect(fitted.left).toBe(2);
});

it('leaves no gap: what is older than the first left out is left out too', () => {
  const [small, large, newest] = tasks('done', 'done', 'done');
  if (small === undefined || large === undefined || newest === undefined) throw new Error('three were made');
  const all = [small, { ...large, error: 'x'.repeat(5000) }, newest];
  expect(idsOf(fitTasks(all, bytesOf([small, newest]) + 10).tasks)).toEqual(['r2']);
});

it('stays within the limit, counted in bytes', () => {
  const all = tasks('done', 'done').map((task) => ({ ...task, error: '中'.repeat(1000) }));
  expect(bytesOf(fitTasks(all, 4000).tasks)).toBeLessThanOrEqual(4000);
});
