import type { Clone } from '../../../shared/domain/clone.ts';
import { sameName } from '../../../shared/domain/database.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { DeleteClonePlan } from '../../../shared/domain/plan.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { sendCommand } from '../../../shared/use-cases/agent-command.ts';
import { intended } from '../effect-of.ts';
import { heldClone } from '../held-clone.ts';
import { deleteClonePlanOf } from '../plan-of.ts';
import { defineStep, WaitingStepInput } from '../step.ts';

/** What changed while the task waited for the lock. */
function refuseWhatChanged(plan: DeleteClonePlan, clone: Clone | undefined): asserts clone is Clone {
  if (clone === undefined) {
    throw new DomainError('Refused', `clone '${plan.dbName}' was deleted by another task meanwhile`);
  }
  if (!sameName(clone.dbName, plan.dbName)) {
    throw new DomainError('Refused', `clone '${plan.dbName}' was kept as '${clone.dbName}' by a refresh meanwhile`);
  }
  if (![...clone.snapshotIds].every((snapshotId) => plan.snapshotIds.includes(snapshotId))) {
    throw new DomainError('Refused', `snapshots were taken of clone '${plan.dbName}' meanwhile`);
  }
}

/**
 * The point of no return of a clone's deletion: has the agent stop and forget the database. Forward only: a database that
 * is gone is not brought back.
 */
export const detachDatabase = defineStep({
  name: 'detach-database',
  input: WaitingStepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'agents', 'clock', 'settings'],
  async run(deps, task, { token }) {
    const plan = deleteClonePlanOf(task);
    const clone = await heldClone(deps.store, plan);
    if (clone === undefined && task.pastPointOfNoReturn) {
      // Forgotten by an earlier run that died after it: another database may have its id by now.
      await deps.flows.succeed(token, {});
      return { sent: false };
    }
    refuseWhatChanged(plan, clone);
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
