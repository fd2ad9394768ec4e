/**
 * Repair, at start and each tick: looks at every open task and does what `recoveryAction` says, so that nothing depends
 * on the process that began it. Queues of hosts that were unregistered go too.
 */
import { describeLeftover, type Effect, undoMeans, withLeftovers } from '../../../shared/domain/effect.ts';
import { isConnected } from '../../../shared/domain/host.ts';
import { lockKeysOf } from '../../../shared/domain/plan.ts';
import { recoveryAction } from '../../../shared/domain/recovery.ts';
import { flowOf, type Task } from '../../../shared/domain/task.ts';
import type { AgentQueuesPort } from '../../../shared/ports/agents.ts';
import { type Clock, nowSeconds } from '../../../shared/ports/clock.ts';
import type { FlowsPort } from '../../../shared/ports/flows.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { Store } from '../../../shared/ports/store.ts';
import { mustGoForward, startAttempt } from '../../../shared/use-cases/attempts.ts';
import { releaseAll, repairHandOver } from '../../../shared/use-cases/locking.ts';

export interface SweepDeps {
  readonly store: Store;
  readonly flows: FlowsPort;
  readonly queues: Pick<AgentQueuesPort, 'removeQueue'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: { readonly startGraceSeconds: number };
}

/** The task waits for a host's agent, and that agent was heard from, or did what it was asked, since the task was left. */
async function blockingHostIsBack(deps: SweepDeps, task: Task, effects: readonly Effect[]): Promise<boolean> {
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

/** Signals owners that were handed a lock and never heard; a young hand-over is left to whoever made it. */
async function repairHandOvers(deps: SweepDeps, task: Task): Promise<void> {
  for (const lock of await deps.store.readLocks([...new Set(lockKeysOf(task.plan))])) {
    if (lock.owner !== task.requestId || lock.unsignalled === null) continue;
    if (nowSeconds(deps.clock) - lock.heldSinceSeconds < deps.settings.startGraceSeconds) continue;
    await repairHandOver(deps, lock.key, lock.unsignalled);
  }
}

async function giveUp(deps: SweepDeps, task: Task, effects: readonly Effect[], why: string): Promise<void> {
  const left = effects
    .filter(
      (effect) => effect.state !== 'undone' && (effect.state === 'intended' || undoMeans(effect) !== 'forward-only'),
    )
    .map(describeLeftover);
  const error = withLeftovers(why, left);
  await deps.store.needAttention(task.requestId, task.attempt, error, left, nowSeconds(deps.clock));
  deps.log.error('task needs attention', { request_id: task.requestId, leftovers: left.length });
}

async function repair(deps: SweepDeps, task: Task): Promise<string> {
  const now = nowSeconds(deps.clock);
  await repairHandOvers(deps, task);
  const execution = await deps.flows.status(flowOf(task), task.requestId, task.attempt);
  // Only these two ask the journal; most open tasks are merely running, and are left after one look at their execution.
  const isJournalNeeded = task.state === 'needs_attention' || task.pastPointOfNoReturn;
  const effects = isJournalNeeded ? await deps.store.listEffects(task.requestId) : [];
  const back = task.state === 'needs_attention' && (await blockingHostIsBack(deps, task, effects));
  const facts = { nowSeconds: now, blockingHostIsBack: back, graceSeconds: deps.settings.startGraceSeconds };
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
      const claimed = await deps.store.claimAttempt(task.requestId, task.attempt, decided.phase, error, now);
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

async function removeRetiredQueues(deps: SweepDeps): Promise<void> {
  for (const queueUrl of await deps.store.listRetiredQueues()) {
    try {
      await deps.queues.removeQueue(queueUrl);
      await deps.store.forgetRetiredQueue(queueUrl);
    } catch (error) {
      deps.log.error('queue not removed', { queue_url: queueUrl, error: String(error) });
    }
  }
}

export async function sweep(deps: SweepDeps): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const requestId of await deps.store.listOpenTasks()) {
    const task = await deps.store.getTask(requestId);
    if (task === undefined) {
      await deps.store.closeTask(requestId);
      continue;
    }
    try {
      const action = await repair(deps, task);
      counts[action] = (counts[action] ?? 0) + 1;
      if (action !== 'leave') deps.log.warn('task repaired', { request_id: requestId, action });
    } catch (error) {
      // One task that cannot be repaired now must not keep the others from it; the next tick tries again.
      counts['failed'] = (counts['failed'] ?? 0) + 1;
      deps.log.error('task not repaired', { request_id: requestId, error: String(error) });
    }
  }
  await removeRetiredQueues(deps);
  return counts;
}
