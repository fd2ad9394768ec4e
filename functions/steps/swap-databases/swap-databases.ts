import type { Clone } from '../../../shared/domain/clone.ts';
import { type Database, liveDatabases, sameName } from '../../../shared/domain/database.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { RefreshedDatabase, RefreshPlan } from '../../../shared/domain/plan.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { sendCommand } from '../../../shared/use-cases/agent-command.ts';
import { attachIdOf } from '../attach-id.ts';
import { attachEffectId, intended, swapEffectId } from '../effect-of.ts';
import { refreshPlanOf } from '../plan-of.ts';
import { defineStep, type StepDeps, WaitingStepInput } from '../step.ts';

/** What changed while the task waited for its locks. From here nothing changes: whoever would needs the same locks. */
async function refuseWhatChanged({ store }: Pick<StepDeps, 'store'>, plan: RefreshPlan): Promise<void> {
  const dbIds = plan.databases.map(({ dbId }) => dbId);
  const [host, reported, clones] = await Promise.all([
    store.getHost(plan.hostId),
    store.listDatabases(plan.hostId),
    store.getClones(plan.hostId, dbIds),
  ]);
  const live = liveDatabases(host, reported);
  const cloneById = new Map(clones.map((clone) => [clone.dbId, clone]));
  for (const database of plan.databases) refuseIfChanged(plan, database, live, cloneById.get(database.dbId));
}

function refuseIfChanged(
  plan: RefreshPlan,
  { dbId, dbName, sourceDbId, backupName }: RefreshedDatabase,
  live: readonly Database[],
  clone: Clone | undefined,
): void {
  const where = `database '${dbName}' on host '${plan.hostId}'`;
  const found = live.find((one) => one.dbId === dbId);
  if (found === undefined || !sameName(found.name, dbName)) throw new DomainError('Refused', `${where} is gone`);
  if (clone === undefined) return;
  if (!clone.isRestored && (clone.sourceHostId !== plan.sourceHostId || clone.sourceDbId !== sourceDbId)) {
    throw new DomainError('Refused', `${where} is a clone of another database now`);
  }
  if (backupName === '' && clone.snapshotIds.size > 0) {
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
    if (earlier === undefined) await refuseWhatChanged(deps, plan);
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
          database_id: dbId,
          db_name: dbName,
          backup_name: backupName === '' ? null : backupName,
        })),
      },
    });
    return { sent: true };
  },
});
