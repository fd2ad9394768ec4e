import { expect, it } from 'vitest';
import { stepOfEffect, taskEvents, type TaskHistory } from '../../../shared/domain/task-history.ts';
import { flows } from '../../../statemachines/index.ts';
import { anEffect, aTask } from '../../builders/task.ts';

const history = (about: Partial<TaskHistory> = {}): TaskHistory => ({
  task: aTask(),
  moments: {},
  effects: [],
  commands: [],
  notes: [],
  ...about,
});

it('knows of every effect the step that makes it, as the tables of the flows say', () => {
  const told = flows.flatMap((flow) =>
    flow.steps.flatMap(({ action, undo }) =>
      'effects' in undo ? Object.keys(undo.effects).map((kind) => `${kind} ${action.name}`) : [],
    ),
  );
  const known = Object.entries(stepOfEffect).map(([kind, step]) => `${kind} ${step}`);
  expect([...new Set(told)].toSorted()).toEqual(known.toSorted());
});

it('puts what was written before rows were dated first, without a time', () => {
  const [first] = taskEvents(history({ effects: [anEffect({ state: 'done' })] }));
  expect(first).toMatchObject({ kind: 'effect', name: 'view', atMilliseconds: null, untilMilliseconds: null });
});

it.each([
  ['running', {}, 'running'],
  ['needs_attention', { attentionAtMilliseconds: 5000 }, 'failed'],
  ['done', { finishedAtMilliseconds: 5000 }, 'done'],
] as const)('the last attempt of a task that is %s', (state, moments, shown) => {
  const attempts = taskEvents(history({ task: aTask({ state }), moments })).filter(({ kind }) => kind === 'attempt');
  expect(attempts.map((one) => one.state)).toEqual([shown]);
});

it('leaves a step open whose effect never ended', () => {
  const effects = [{ ...anEffect(), intendedAttempt: 1, intendedAtMilliseconds: 2_000_000 }];
  expect(taskEvents(history({ effects }))).toContainEqual(
    expect.objectContaining({ kind: 'step', name: 'map-volumes', state: 'open', untilMilliseconds: null }),
  );
});
