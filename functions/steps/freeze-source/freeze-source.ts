import { freezesByVss } from '../../../shared/domain/plan.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { sendCommand } from '../../../shared/use-cases/agent-command.ts';
import { freezeEffectId, intended } from '../effect-of.ts';
import { freezeIdOf, isFreezeNeeded } from '../freeze-rounds.ts';
import { sourcePlanOf } from '../plan-of.ts';
import { sourceDatabases } from '../source-databases.ts';
import { defineStep, WaitingStepInput } from '../step.ts';

/**
 * Freezes the source databases on their host. Every run is a new round with its own freeze and its own snapshot names,
 * so that an answer from an earlier run can never vouch for a later snapshot. Undo: thaw.
 */
export const freezeSource = defineStep({
  name: 'freeze-source',
  input: WaitingStepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'agents', 'clock', 'settings'],
  async run(deps, task, { token }) {
    const plan = sourcePlanOf(task);
    if (task.snapshotId === '') await sourceDatabases(deps.store, plan);
    if (!isFreezeNeeded(task)) {
      await deps.flows.succeed(token, {});
      return { frozen: false };
    }
    const round = await deps.store.beginFreezeRound(task.requestId, task.attempt);
    const effectId = freezeEffectId(round);
    const name = plan.sources.map((source) => source.dbName).join(', ');
    await deps.store.intend(
      intended(task.requestId, effectId, 'freeze', { name, hostId: plan.sourceHostId }),
      task.attempt,
    );
    await sendCommand(deps, task, {
      hostId: plan.sourceHostId,
      kind: 'freeze',
      effectId,
      purpose: 'do',
      token,
      validSeconds: deps.settings.agentCommandTimeoutSeconds,
      arguments: {
        freeze_id: freezeIdOf(task.requestId, round),
        databases: plan.sources.map((source) => ({ id: source.dbId, name: source.dbName })),
        max_seconds: deps.settings.freezeMaxSeconds,
        force_vss: freezesByVss(plan),
      },
    });
    return { frozen: true, sent_at: nowSeconds(deps.clock) };
  },
});
