/**
 * Repair, at start and each tick: looks at every open task and does what `recoveryAction` says, so that nothing depends
 * on the process that began it. Queues of hosts that were unregistered go too, and removals of arrays that died.
 */
import { isRemovalDead } from '../../../shared/domain/array.ts';
import type { AgentQueuesPort } from '../../../shared/ports/agents.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { Store } from '../../../shared/ports/store.ts';
import { type RepairDeps, repairTask } from '../../../shared/use-cases/repair.ts';

export interface SweepDeps extends RepairDeps {
  readonly store: Store;
  readonly queues: Pick<AgentQueuesPort, 'removeQueue'>;
}

/** A removal that died keeps new work from an array that is there: it is taken back, and its caller asks again. */
async function endDeadRemovals(deps: SweepDeps): Promise<void> {
  const now = nowSeconds(deps.clock);
  for (const array of await deps.store.listArrays()) {
    if (!isRemovalDead(array, now)) continue;
    await deps.store.endRemoval(array.sdpId, array.removalId);
    deps.log.warn('removal of an array taken back', { sdp_id: array.sdpId });
  }
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
      const action = await repairTask(deps, task);
      counts[action] = (counts[action] ?? 0) + 1;
      if (action !== 'leave') deps.log.warn('task repaired', { request_id: requestId, action });
    } catch (error) {
      // One task that cannot be repaired now must not keep the others from it; the next tick tries again.
      counts['failed'] = (counts['failed'] ?? 0) + 1;
      deps.log.error('task not repaired', { request_id: requestId, error: String(error) });
    }
  }
  await removeRetiredQueues(deps);
  await endDeadRemovals(deps);
  return counts;
}
