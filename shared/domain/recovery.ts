/** What the sweeper does with an open task, from what it sees. Time is passed in. */
import type { Task } from './task.ts';
import { isFinal } from './task.ts';

/** State of the execution the task's attempt belongs to. */
export type ExecutionStatus = 'running' | 'succeeded' | 'failed' | 'stopped' | 'missing';

export type RecoveryAction =
  | { readonly action: 'leave' }
  /** Start the execution of this very attempt: it was recorded and never started, or its engine lost it. */
  | { readonly action: 'start-again' }
  | { readonly action: 'next-attempt'; readonly phase: 'forward' | 'unwind'; readonly why: string }
  | { readonly action: 'give-up'; readonly why: string }
  /** Final, but it died before it let go of its locks. */
  | { readonly action: 'close' };

/** A task this young may still be between its record and its start. */
export const startGraceSeconds = 15;
/** A flow that may only go forward is driven this often before people are asked. */
export const maxForwardAttempts = 4;
/** A task that needs attention is tried again this long after the last try, or as soon as a silent host is back. */
export const attentionRetrySeconds = 60;

export function recoveryAction(
  task: Task,
  execution: ExecutionStatus,
  facts: { readonly nowSeconds: number; readonly blockingHostIsBack: boolean; readonly graceSeconds: number },
): RecoveryAction {
  if (isFinal(task.state)) return { action: 'close' };
  const ageSeconds = facts.nowSeconds - task.updatedAtSeconds;
  if (task.state === 'needs_attention') {
    // A host that is back may refuse again: the grace keeps tries apart.
    const waitSeconds = facts.blockingHostIsBack ? facts.graceSeconds : attentionRetrySeconds;
    if (execution === 'running' || ageSeconds < waitSeconds) return { action: 'leave' };
    return { action: 'next-attempt', phase: retryPhase(task), why: 'tried again' };
  }
  switch (execution) {
    case 'running':
      return { action: 'leave' };
    case 'missing':
      return ageSeconds < facts.graceSeconds ? { action: 'leave' } : { action: 'start-again' };
    case 'succeeded':
    case 'failed':
    case 'stopped':
      return afterEnd(task, execution, ageSeconds, facts.graceSeconds);
  }
}

/** The execution ended and the task did not: nothing inside it could say so (stopped, timed out, crashed at the end). */
function afterEnd(task: Task, execution: ExecutionStatus, ageSeconds: number, graceSeconds: number): RecoveryAction {
  if (ageSeconds < graceSeconds) return { action: 'leave' };
  if (task.phase === 'unwind') return { action: 'next-attempt', phase: 'unwind', why: `the unwind ${execution}` };
  if (!task.pastPointOfNoReturn) return { action: 'next-attempt', phase: 'unwind', why: `the execution ${execution}` };
  if (task.attempt < maxForwardAttempts)
    return { action: 'next-attempt', phase: 'forward', why: `the execution ${execution}` };
  return { action: 'give-up', why: task.error === '' ? `the execution ${execution}` : task.error };
}

const retryPhase = (task: Task): 'forward' | 'unwind' => (task.pastPointOfNoReturn ? 'forward' : 'unwind');
