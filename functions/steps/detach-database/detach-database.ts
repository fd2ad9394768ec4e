import { type Clone, isDatabaseOf, isOrphan } from '../../../shared/domain/clone.ts';
import { liveDatabases, sameName } from '../../../shared/domain/database.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { DeleteClonePlan } from '../../../shared/domain/plan.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { sendCommand } from '../../../shared/use-cases/agent-command.ts';
import { intended } from '../effect-of.ts';
import { heldClone } from '../held-clone.ts';
import { deleteClonePlanOf } from '../plan-of.ts';
import { defineStep, type StepDeps, WaitingStepInput } from '../step.ts';

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

/** Nothing was asked of the host yet, and nobody there could be asked: then the task need not begin. */
async function refuseDeafHost({ store }: Pick<StepDeps, 'store'>, { hostId }: DeleteClonePlan): Promise<void> {
  const host = await store.getHost(hostId);
  if (host === undefined || host.queueUrl === '')
    throw new DomainError('Refused', `host '${hostId}' is not registered any more, or its agent never asked for work`);
}

/** It was set apart, and is there all the same: its host lost what it knew for a while. Its disks are in use. */
async function refuseLiveOrphan({ store }: Pick<StepDeps, 'store'>, clone: Clone): Promise<void> {
  if (!isOrphan(clone)) return;
  const [host, reported] = await Promise.all([store.getHost(clone.hostId), store.listDatabases(clone.hostId)]);
  const found = liveDatabases(host, reported).find(({ uid }) => uid !== '' && uid === clone.uid);
  if (found !== undefined)
    throw new DomainError('Refused', `clone '${clone.dbName}' is in use on its host, as database '${found.dbId}'`);
}

/** An id may have come to another database, which is not the clone: the host has the clone no more then. */
async function isStillThere({ store }: Pick<StepDeps, 'store'>, clone: Clone): Promise<boolean> {
  if (isOrphan(clone)) return false;
  const [host, database] = await Promise.all([
    store.getHost(clone.hostId),
    store.getDatabase(clone.hostId, clone.dbId),
  ]);
  // What is not reported may be there all the same: the agent knows.
  return database?.generation !== host?.generation || database === undefined || isDatabaseOf(clone, database);
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
    const effectId = 'detach';
    const [clone, earlier] = await Promise.all([
      heldClone(deps.store, plan),
      deps.store.getEffect(task.requestId, effectId),
    ]);
    if (task.pastPointOfNoReturn && (clone === undefined || earlier?.state === 'done')) {
      // Detached, or forgotten, by an earlier run: another database may have its id by now.
      await deps.flows.succeed(token, {});
      return { sent: false };
    }
    refuseWhatChanged(plan, clone);
    if (!task.pastPointOfNoReturn) await refuseDeafHost(deps, plan);
    await refuseLiveOrphan(deps, clone);
    const passed = await deps.store.passPointOfNoReturn(task.requestId, nowSeconds(deps.clock));
    if (!passed) throw new DomainError('TaskCanceled', 'the task was canceled');
    await deps.store.intend(
      intended(task.requestId, effectId, 'detach', { name: plan.dbName, hostId: plan.hostId }),
      task.attempt,
    );
    if (!(await isStillThere(deps, clone))) {
      await deps.store.markDone(task.requestId, effectId, { detached: false });
      await deps.flows.succeed(token, {});
      return { sent: false };
    }
    await sendCommand(deps, task, {
      hostId: plan.hostId,
      kind: 'detach',
      effectId,
      purpose: 'do',
      token,
      validSeconds: deps.settings.agentCommandTimeoutSeconds,
      arguments: {
        attach_id: null,
        database_id: clone.dbId,
        database_uid: clone.uid === '' ? null : clone.uid,
        db_name: plan.dbName,
      },
    });
    return { sent: true };
  },
});
