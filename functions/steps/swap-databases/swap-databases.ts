import { type Clone, isDatabaseOf } from '../../../shared/domain/clone.ts';
import type { Database } from '../../../shared/domain/database.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { RefreshedDatabase, RefreshPlan } from '../../../shared/domain/plan.ts';
import { sourceIn } from '../../../shared/domain/refresh-validation.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { sendCommand } from '../../../shared/use-cases/agent-command.ts';
import { attachIdOf } from '../attach-id.ts';
import { attachEffectId, intended, swapEffectId } from '../effect-of.ts';
import { refreshPlanOf } from '../plan-of.ts';
import { type FindByName, refreshedDatabases } from '../refreshed-databases.ts';
import { defineStep, type StepDeps, WaitingStepInput } from '../step.ts';

/** What changed while the task waited for its locks. From here nothing changes: whoever would needs the same locks. */
async function refuseWhatChanged(
  { store }: Pick<StepDeps, 'store'>,
  plan: RefreshPlan,
  find: FindByName,
): Promise<void> {
  const found = plan.databases.flatMap(({ dbName }) => find(dbName) ?? []);
  const [snapshot, clones] = await Promise.all([
    store.getSnapshot(plan.snapshotId),
    store.getClones(
      plan.hostId,
      found.map(({ dbId }) => dbId),
    ),
  ]);
  for (const database of plan.databases) refuseIfChanged(plan, database, find(database.dbName), clones, snapshot);
}

function refuseIfChanged(
  plan: RefreshPlan,
  { dbName, sourceDbId, backupName }: RefreshedDatabase,
  found: Database | undefined,
  clones: readonly Clone[],
  snapshot: Snapshot | undefined,
): void {
  const where = `database '${dbName}' on host '${plan.hostId}'`;
  if (found === undefined) throw new DomainError('Refused', `${where} is gone`);
  const clone = clones.find((one) => one.dbId === found.dbId);
  if (clone !== undefined && !isDatabaseOf(clone, found))
    throw new DomainError('Refused', `${where} is another one now`);
  if (snapshot === undefined || sourceIn(snapshot, found, clone)?.dbId !== sourceDbId) {
    throw new DomainError('Refused', `${where} is not made from what the snapshot holds any more`);
  }
  if (backupName === '' && clone !== undefined && clone.snapshotIds.size > 0) {
    throw new DomainError('Refused', `snapshots were taken of ${where} meanwhile`);
  }
}

/**
 * The point of no return of a refresh: has the agent put the staged copies in the places of the databases, all or none. An
 * agent that refused left every database in service, and the task may still be undone; one that was not heard may have
 * done it, and the task goes forward. Forward only.
 */
export const swapDatabases = defineStep({
  name: 'swap-databases',
  input: WaitingStepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'agents', 'clock', 'settings'],
  async run(deps, task, { token }) {
    const plan = refreshPlanOf(task);
    const earlier = await deps.store.getEffect(task.requestId, swapEffectId);
    if (earlier?.state === 'done') {
      await deps.flows.succeed(token, {});
      return { sent: false };
    }
    const find = await refreshedDatabases(deps.store, plan);
    if (earlier === undefined) await refuseWhatChanged(deps, plan, find);
    const passed = await deps.store.passPointOfNoReturn(task.requestId, nowSeconds(deps.clock));
    if (!passed) throw new DomainError('TaskCanceled', 'the task was canceled');
    const name = plan.databases.map((one) => one.dbName).join(', ');
    await deps.store.intend(
      intended(task.requestId, swapEffectId, 'swap', { name, hostId: plan.hostId }),
      task.attempt,
    );
    await sendCommand(deps, task, {
      hostId: plan.hostId,
      kind: 'swap',
      effectId: swapEffectId,
      purpose: 'do',
      token,
      validSeconds: deps.settings.agentCommandTimeoutSeconds,
      arguments: {
        swap_id: task.requestId,
        attempt: task.attempt,
        databases: plan.databases.map(({ dbId, dbName, backupName }, index) => ({
          attach_id: attachIdOf(task.requestId, attachEffectId(index)),
          database_id: find(dbName)?.dbId ?? dbId,
          db_name: dbName,
          backup_name: backupName === '' ? null : backupName,
        })),
      },
    });
    return { sent: true };
  },
});
