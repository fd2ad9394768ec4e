import { describe, expect, it } from 'vitest';
import {
  attentionRetrySeconds,
  type ExecutionStatus,
  maxForwardAttempts,
  recoveryAction,
  startGraceSeconds,
} from '../../../shared/domain/recovery.ts';
import { isFinal, type Task, taskStates } from '../../../shared/domain/task.ts';
import { aTask } from '../../builders/task.ts';

const executions: readonly ExecutionStatus[] = ['running', 'succeeded', 'failed', 'stopped', 'missing'];
const ended: ReadonlySet<ExecutionStatus> = new Set<ExecutionStatus>(['succeeded', 'failed', 'stopped']);
const ages = [0, startGraceSeconds - 1, startGraceSeconds, attentionRetrySeconds - 1, attentionRetrySeconds];
const decide = (about: Partial<Task>, execution: ExecutionStatus, ageSeconds: number, blockingHostIsBack = false) =>
  recoveryAction(aTask({ updatedAtSeconds: 1000, ...about }), execution, {
    nowSeconds: 1000 + ageSeconds,
    blockingHostIsBack,
    graceSeconds: startGraceSeconds,
  });

const working = taskStates.filter((state) => !isFinal(state) && state !== 'needs_attention');
const rowsOf = (states: readonly Task['state'][]) =>
  states.flatMap((state) => executions.flatMap((execution) => ages.map((age) => ({ state, execution, age }))));

describe('what is done with a task', () => {
  it.each(rowsOf(taskStates.filter(isFinal)))(
    '$state, execution $execution, age $age: closed',
    ({ state, execution, age }) => {
      expect(decide({ state }, execution, age)).toEqual({ action: 'close' });
    },
  );

  it.each(rowsOf(working))('$state, execution $execution, age $age', ({ state, execution, age }) => {
    const young = age < startGraceSeconds;
    const expected =
      execution === 'running' || young
        ? { action: 'leave' }
        : execution === 'missing'
          ? { action: 'start-again' }
          : { action: 'next-attempt', phase: 'unwind', why: `the execution ${execution}` };
    expect(decide({ state }, execution, age)).toEqual(expected);
  });

  it.each(rowsOf(['needs_attention']))('$state, execution $execution, age $age', ({ state, execution, age }) => {
    const leave = { action: 'leave' };
    const again = { action: 'next-attempt', phase: 'unwind', why: 'tried again' };
    expect(decide({ state }, execution, age)).toEqual(
      execution !== 'running' && age >= attentionRetrySeconds ? again : leave,
    );
    expect(decide({ state }, execution, age, true)).toEqual(
      execution === 'running' || age < startGraceSeconds ? leave : again,
    );
  });

  it.each([...ended].flatMap((execution) => [1, 3, 4, 5].map((attempt) => ({ execution, attempt }))))(
    'past the point of no return, execution $execution, attempt $attempt',
    ({ execution, attempt }) => {
      const about = { state: 'running' as const, pastPointOfNoReturn: true, attempt };
      const why = `the execution ${execution}`;
      const goesOn = attempt < maxForwardAttempts;
      expect(decide(about, execution, startGraceSeconds)).toEqual(
        goesOn ? { action: 'next-attempt', phase: 'forward', why } : { action: 'give-up', why },
      );
    },
  );

  it('gives up with the error that was noted', () => {
    const about = {
      state: 'running' as const,
      pastPointOfNoReturn: true,
      attempt: maxForwardAttempts,
      error: 'the array refused',
    };
    expect(decide(about, 'failed', startGraceSeconds)).toEqual({ action: 'give-up', why: 'the array refused' });
  });

  it.each([...ended])('an unwind whose execution %s is unwound again', (execution) => {
    const about = { state: 'running' as const, phase: 'unwind' as const, attempt: 9 };
    expect(decide(about, execution, startGraceSeconds)).toEqual({
      action: 'next-attempt',
      phase: 'unwind',
      why: `the unwind ${execution}`,
    });
  });

  it('tries again in the direction the task may go', () => {
    expect(decide({ state: 'needs_attention' }, 'failed', attentionRetrySeconds)).toMatchObject({ phase: 'unwind' });
    expect(
      decide({ state: 'needs_attention', pastPointOfNoReturn: true }, 'failed', attentionRetrySeconds),
    ).toMatchObject({ phase: 'forward' });
  });
});
