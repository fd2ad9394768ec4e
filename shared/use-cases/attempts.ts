/** Starting an attempt of a task, and going over to the unwind. */
import { copiesOf } from '../domain/copy.ts';
import type { Effect } from '../domain/effect.ts';
import { undoMeans } from '../domain/effect.ts';
import { takesSnapshot } from '../domain/plan.ts';
import { type Task, flowOf } from '../domain/task.ts';
import { type Clock, nowSeconds } from '../ports/clock.ts';
import type { FlowsPort } from '../ports/flows.ts';
import type { JournalStore, TaskStore } from '../ports/store.ts';

export interface AttemptDeps {
  readonly store: Pick<TaskStore, 'claimAttempt' | 'noteError'> & Pick<JournalStore, 'listEffects'>;
  readonly flows: Pick<FlowsPort, 'start'>;
  readonly clock: Clock;
}

/** Starts the execution of the task's current attempt. Repeating it is harmless. */
export async function startAttempt(deps: Pick<AttemptDeps, 'flows'>, task: Task): Promise<void> {
  const destinations = copiesOf(task).map((_, index) => index);
  await deps.flows.start(flowOf(task), { request_id: task.requestId, attempt: task.attempt, destinations });
}

/** Something was shown to everybody, or removed for good, or may have been: the only way is forward. */
export const mustGoForward = (task: Task, effects: readonly Effect[]): boolean =>
  task.pastPointOfNoReturn &&
  (takesSnapshot(task.plan) ||
    task.plan.flow === 'import-snapshot' ||
    effects.some((effect) => undoMeans(effect) === 'forward-only' && effect.state !== 'undone'));

/**
 * A forward execution failed. Before the point of no return the unwind starts; after it the error is noted and the
 * sweeper drives the flow again from the top.
 */
export async function afterFailure(
  deps: AttemptDeps,
  task: Task,
  error: string,
): Promise<'unwinding' | 'will-be-driven-again'> {
  const now = nowSeconds(deps.clock);
  const effects = await deps.store.listEffects(task.requestId);
  if (mustGoForward(task, effects)) {
    await deps.store.noteError(task.requestId, error, now);
    return 'will-be-driven-again';
  }
  const claimed = await deps.store.claimAttempt(task, 'unwind', task.cancelRequested ? '' : error, now);
  if (claimed !== undefined) await startAttempt(deps, claimed);
  return 'unwinding';
}
