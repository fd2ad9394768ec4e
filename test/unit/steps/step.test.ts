import * as z from 'zod/mini';
import { expect, it } from 'vitest';
import { defineStep, runStep, StepInput, stepInput } from '../../../functions/steps/step.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { Task } from '../../../shared/domain/task.ts';
import type { TaskHistoryStore } from '../../../shared/ports/store.ts';
import { recordingLog } from '../../api/injected-ports.ts';
import { storeOf } from '../../builders/store-of.ts';
import { aTask } from '../../builders/task.ts';

const task = aTask({ attempt: 2 });
const event = { request_id: task.requestId, attempt: 2 };

interface World {
  readonly stored?: Task;
  readonly run?: () => Promise<Readonly<Record<string, unknown>>>;
  readonly phase?: 'forward' | 'unwind';
  readonly noteFailedStep?: TaskHistoryStore['noteFailedStep'];
}

/** A step, what it noted and logged, and how often it acted. */
function given({ stored = task, run = () => Promise.resolve({ made: 1 }), phase = 'forward', noteFailedStep }: World) {
  const notes: unknown[][] = [];
  const log = recordingLog();
  let runs = 0;
  const noted: TaskHistoryStore['noteFailedStep'] = (...note) => Promise.resolve(void notes.push(note));
  const store = storeOf({
    getTask: (requestId) => Promise.resolve(requestId === stored.requestId ? stored : undefined),
    noteFailedStep: noteFailedStep ?? noted,
  });
  const act = () => {
    runs += 1;
    return run();
  };
  const step = defineStep({ name: 'map-volumes', input: StepInput, phase, needs: ['store'], run: act });
  const branch = defineStep({ ...step, input: z.object({ ...stepInput, destination: z.int() }) });
  const deps = { store, log };
  return { step: runStep(step, deps), branch: runStep(branch, deps), notes, log, runs: () => runs };
}

it('answers what the step answers, and notes nothing', async () => {
  const { step, notes, log } = given({});
  expect(await step(event)).toEqual({ made: 1 });
  expect(notes).toEqual([]);
  expect(log.lines.map((line) => line.message)).toEqual(['step done']);
});

it('notes why it failed, in our words, and throws that very error', async () => {
  const failure = new DomainError('ArrayUnavailable', 'the array did not answer', { cause: new Error('10.0.0.7') });
  const { step, notes, log } = given({ run: () => Promise.reject(failure) });
  await expect(step(event)).rejects.toBe(failure);
  expect(notes).toEqual([[task.requestId, 2, 'map-volumes', '', 'the array did not answer']]);
  expect(log.lines).toMatchObject([{ level: 'warn', message: 'step failed', fields: { step: 'map-volumes' } }]);
});

it('says which part failed where it runs for several', async () => {
  const { branch, notes } = given({ run: () => Promise.reject(new DomainError('Refused', 'no')) });
  await expect(branch({ ...event, destination: 3 })).rejects.toMatchObject({ name: 'Refused' });
  expect(notes).toEqual([[task.requestId, 2, 'map-volumes', '3', 'no']]);
});

it("keeps a stranger's words for the log", async () => {
  const failure = new TypeError('password=hunter2');
  const { step, notes, log } = given({ run: () => Promise.reject(failure) });
  await expect(step(event)).rejects.toBe(failure);
  expect(notes).toEqual([[task.requestId, 2, 'map-volumes', '', 'a fault that the log names']]);
  expect(log.lines[0]?.fields['error']).toBe('TypeError: password=hunter2');
});

it('does not let what goes wrong in noting hide why the step failed', async () => {
  const failure = new DomainError('AgentSilent', 'the agent is silent');
  const { step, log } = given({
    run: () => Promise.reject(failure),
    noteFailedStep: () => Promise.reject(new DomainError('Busy', 'the table cannot serve this now')),
  });
  await expect(step(event)).rejects.toBe(failure);
  expect(log.lines.map((line) => [line.message, line.fields['error']])).toEqual([
    ['step failed', 'AgentSilent: the agent is silent'],
    ['failure not noted', 'Busy: the table cannot serve this now'],
  ]);
});

it.each([
  ['of a superseded attempt', { stored: { ...task, attempt: 3 } }, 'StaleAttempt'],
  ['forward, of a task being canceled', { stored: { ...task, cancelRequested: true } }, 'TaskCanceled'],
] as const)('does not act %s, and notes that too', async (_which, world, name) => {
  const { step, notes, runs } = given(world);
  await expect(step(event)).rejects.toMatchObject({ name });
  expect(runs()).toBe(0);
  expect(notes).toHaveLength(1);
});

it.each([
  ['to undo', { stored: { ...task, cancelRequested: true }, phase: 'unwind' }],
  ['past the point of no return', { stored: { ...task, cancelRequested: true, pastPointOfNoReturn: true } }],
] as const)('acts %s in spite of a cancel', async (_which, world) => {
  const { step, runs } = given(world);
  await step(event);
  expect(runs()).toBe(1);
});

it('notes nothing for a task nobody recorded', async () => {
  const { step, notes, runs } = given({});
  await expect(step({ ...event, request_id: 'nobody' })).rejects.toMatchObject({ name: 'NotFound' });
  expect([notes, runs()]).toEqual([[], 0]);
});
