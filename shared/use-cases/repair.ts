/**
 * Repair of one open task, for whoever notices that it needs it: the sweeper, which looks at every task, and the closer
 * of tasks, which is told when an execution ended. Every change is conditional, so that two who repair meet no harm.
 */
import { describeLeftover, type Effect, undoMeans, withLeftovers } from '../domain/effect.ts';
import { isConnected } from '../domain/host.ts';
import { lockKeysOf } from '../domain/plan.ts';
import { type ExecutionStatus, recoveryAction, type RecoveryAction } from '../domain/recovery.ts';
import { flowOf, type Task } from '../domain/task.ts';
import { type Clock, nowSeconds } from '../ports/clock.ts';
import type { FlowsPort } from '../ports/flows.ts';
import type { Log } from '../ports/log.ts';
import type { HostStore, JournalStore, LockStore, TaskStore } from '../ports/store.ts';
import { mustGoForward, startAttempt } from './attempts.ts';
import { releaseAll, repairHandOver } from './locking.ts';

export interface RepairDeps {
  readonly store: Pick<TaskStore, 'claimAttempt' | 'closeTask' | 'needAttention' | 'noteError'> &
    Pick<HostStore, 'getHosts'> &
    Pick<JournalStore, 'listEffects'> &
    LockStore;
  readonly flows: FlowsPort;
  readonly clock: Clock;
  readonly log: Log;
  /** How young a task may be without an execution, or a hand-over without its signal. */
  readonly settings: { readonly startGraceSeconds: number };
}

/** What was done: the sweeper counts them. */
export type Repaired = RecoveryAction['action'];

/** Looks at the task's execution and at its locks, and does what `recoveryAction` says. */
export async function repairTask(deps: RepairDeps, task: Task): Promise<Repaired> {
  await repairHandOvers(deps, task);
  const execution = await deps.flows.status(flowOf(task), task.requestId, task.attempt);
  return await recoverTask(deps, task, execution, deps.settings.startGraceSeconds);
}

/** Does what `recoveryAction` says of a task whose execution is known to be in this state. */
export async function recoverTask(
  deps: RepairDeps,
  task: Task,
  execution: ExecutionStatus,
  graceSeconds: number,
): Promise<Repaired> {
  const now = nowSeconds(deps.clock);
  // Only these two ask the journal; most open tasks are merely running, and are left after one look at their execution.
  const isJournalNeeded = task.state === 'needs_attention' || task.pastPointOfNoReturn;
  const effects = isJournalNeeded ? await deps.store.listEffects(task.requestId) : [];
  const back = task.state === 'needs_attention' && (await blockingHostIsBack(deps, task, effects));
  const facts = { nowSeconds: now, blockingHostIsBack: back, graceSeconds };
  // The flag alone is not enough: a removal that the agent or the array refused leaves the way back open.
  const decided = recoveryAction({ ...task, pastPointOfNoReturn: mustGoForward(task, effects) }, execution, facts);
  switch (decided.action) {
    case 'leave':
      break;
    case 'start-again':
      await startAttempt(deps, task);
      break;
    case 'next-attempt': {
      const error = task.error === '' && decided.phase === 'unwind' ? decided.why : '';
      const claimed = await deps.store.claimAttempt(task, decided.phase, error, now);
      if (claimed !== undefined) await startAttempt(deps, claimed);
      break;
    }
    case 'give-up':
      await giveUp(deps, task, effects, decided.why);
      break;
    case 'close':
      await releaseAll(deps, lockKeysOf(task.plan), task.requestId);
      await deps.store.closeTask(task.requestId);
      break;
  }
  return decided.action;
}

/** Signals owners that were handed a lock and never heard; a young hand-over is left to whoever made it. */
async function repairHandOvers(deps: RepairDeps, task: Task): Promise<void> {
  for (const lock of await deps.store.readLocks([...new Set(lockKeysOf(task.plan))])) {
    if (lock.owner !== task.requestId || lock.unsignalled === null) continue;
    if (nowSeconds(deps.clock) - lock.heldSinceSeconds < deps.settings.startGraceSeconds) continue;
    await repairHandOver(deps, lock.key, lock.unsignalled);
  }
}

/** The task waits for a host's agent, and that agent was heard from, or did what it was asked, since the task was left. */
async function blockingHostIsBack(deps: RepairDeps, task: Task, effects: readonly Effect[]): Promise<boolean> {
  // What stood in this attempt's way was taken back since: an agent that is back works off its queue before it is asked.
  if (effects.some((effect) => effect.blockedAttempt === task.attempt && effect.state === 'undone')) return true;
  const hostIds = effects
    .filter((effect) => effect.state !== 'undone' && effect.hostId !== '')
    .map((effect) => effect.hostId);
  const hosts = await deps.store.getHosts([...new Set(hostIds)]);
  return hosts.some(
    (host) => isConnected(host, nowSeconds(deps.clock)) && host.lastSeenSeconds > task.updatedAtSeconds,
  );
}

async function giveUp(deps: RepairDeps, task: Task, effects: readonly Effect[], why: string): Promise<void> {
  const left = effects
    .filter(
      (effect) => effect.state !== 'undone' && (effect.state === 'intended' || undoMeans(effect) !== 'forward-only'),
    )
    .map(describeLeftover);
  const error = withLeftovers(why, left);
  await deps.store.needAttention(task.requestId, task.attempt, error, left, nowSeconds(deps.clock));
  deps.log.error('task needs attention', { request_id: task.requestId, leftovers: left.length });
}
