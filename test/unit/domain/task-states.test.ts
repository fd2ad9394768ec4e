import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  cancelability,
  executionName,
  flowOf,
  isFinal,
  nextStates,
  type Task,
  taskStates,
} from '../../../shared/domain/task.ts';
import { aCloneDeletion, aSnapshotDeletion, aTask } from '../../builders/task.ts';

const page = readFileSync(new URL('../../../docs/task-states.md', import.meta.url), 'utf8');

/** `from --> to` lines of the mermaid diagram; `[*]` is the beginning, or the end of a final state. */
const drawn = [...page.matchAll(/^ *(\S+) --> (\S+)$/gm)].map(([, from, to]) => `${from ?? ''} ${to ?? ''}`);

describe('the states of a task', () => {
  it('follow one another as docs/task-states.md draws', () => {
    const ruled = [
      '[*] queued',
      ...taskStates.flatMap((from) => nextStates[from].map((to) => `${from} ${to}`)),
      ...taskStates.filter(isFinal).map((state) => `${state} [*]`),
    ];
    expect(drawn.toSorted()).toEqual(ruled.toSorted());
  });

  it('each have a row on the page', () => {
    for (const state of taskStates) expect(page).toContain(`| \`${state}\` |`);
  });

  it('end in four', () => {
    expect(taskStates.filter(isFinal)).toEqual(['done', 'done_with_warning', 'failed', 'canceled']);
  });

  it('all lead to an end', () => {
    const reaches = (state: (typeof taskStates)[number], seen: readonly string[] = []): boolean =>
      isFinal(state) || nextStates[state].some((next) => !seen.includes(next) && reaches(next, [...seen, state]));
    expect(taskStates.filter((state) => !reaches(state))).toEqual([]);
  });
});

describe('canceling', () => {
  it.each<[string, Partial<Task>]>([
    ['yes', { state: 'queued' }],
    ['yes', { state: 'running' }],
    ['yes', { state: 'paused' }],
    ['already-canceling', { state: 'canceling', cancelRequested: true }],
    ['past-point-of-no-return', { state: 'running', pastPointOfNoReturn: true }],
    ['unwinding', { state: 'running', phase: 'unwind' }],
    ['unwinding', { state: 'needs_attention' }],
    ...taskStates.filter(isFinal).map((state): [string, Partial<Task>] => ['final', { state, cancelRequested: true }]),
  ])('%s for %o', (expected, about) => {
    expect(cancelability(aTask(about))).toBe(expected);
  });
});

describe('attempts', () => {
  it('are named after the task, and run its flow or the unwind', () => {
    expect(executionName('request', 3)).toBe('request-3');
    expect(flowOf(aTask())).toBe('create-clone');
    expect(flowOf(aTask({ plan: aCloneDeletion() }))).toBe('delete-clone');
    expect(flowOf(aTask({ plan: aSnapshotDeletion() }))).toBe('delete-snapshot');
    expect(flowOf(aTask({ phase: 'unwind' }))).toBe('unwind');
  });
});
