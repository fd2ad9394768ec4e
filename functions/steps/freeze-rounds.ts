import type { Task } from '../../shared/domain/task.ts';
import { sourcePlanOf } from './plan-of.ts';

/** A snapshot whose freeze lapsed is taken again this many times before the task fails. */
export const maxFreezeRounds = 4;

export const freezeIdOf = (requestId: string, round: number): string => `${requestId}.${String(round)}`;

/** Crash level freezes nothing, and what is recorded is not taken again. */
export const isFreezeNeeded = (task: Task): boolean =>
  task.snapshotId === '' && sourcePlanOf(task).consistencyLevel === 'application';
