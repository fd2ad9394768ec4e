import { DomainError } from '../../../shared/domain/errors.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { sendCommand } from '../../../shared/use-cases/agent-command.ts';
import { intended } from '../effect-of.ts';
import { deleteClonePlanOf } from '../plan-of.ts';
import { defineStep, WaitingStepInput } from '../step.ts';

/**
 * The point of no return of a clone's deletion: has the agent stop and forget the database. What changed while the task
 * waited for the lock is looked at again here. Forward only: a database that is gone is not brought back.
 */
export const detachDatabase = defineStep({
  name: 'detach-database',
  input: WaitingStepInput,
  phase: 'forward',
  needs: ['store', 'agents', 'clock', 'settings'],
  async run(deps, task, { token }) {
    const plan = deleteClonePlanOf(task);
    const clone = await deps.store.getClone(plan.hostId, plan.dbId);
    if (clone === undefined && !task.pastPointOfNoReturn) {
      throw new DomainError('Refused', `clone '${plan.dbName}' was deleted by another task meanwhile`);
    }
    if (clone !== undefined && clone.snapshotIds.size > 0) {
      throw new DomainError('Refused', `snapshots were taken of clone '${plan.dbName}' meanwhile`);
    }
    const passed = await deps.store.passPointOfNoReturn(task.requestId, nowSeconds(deps.clock));
    if (!passed) throw new DomainError('TaskCanceled', 'the task was canceled');
    const effectId = 'detach';
    await deps.store.intend(
      intended(task.requestId, effectId, 'detach', { name: plan.dbName, hostId: plan.hostId }),
      task.attempt,
    );
    await sendCommand(deps, task, {
      hostId: plan.hostId,
      kind: 'detach',
      effectId,
      purpose: 'do',
      token,
      validSeconds: deps.settings.agentCommandTimeoutSeconds,
      arguments: { attach_id: null, database_id: plan.dbId, db_name: plan.dbName },
    });
    return { sent: true };
  },
});
