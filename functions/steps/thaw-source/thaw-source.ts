import { sendCommand } from '../../../shared/use-cases/agent-command.ts';
import { freezeEffectId } from '../effect-of.ts';
import { freezeIdOf, isFreezeNeeded } from '../freeze-rounds.ts';
import { sourcePlanOf } from '../plan-of.ts';
import { defineStep, WaitingStepInput } from '../step.ts';

/**
 * Ends the freeze and learns whether it was held throughout. `FreezeLapsed` says it was not: the snapshot is then
 * discarded and taken again. Nothing to undo: it undoes the freeze.
 */
export const thawSource = defineStep({
  name: 'thaw-source',
  input: WaitingStepInput,
  phase: 'forward',
  needs: ['store', 'flows', 'agents', 'clock', 'settings'],
  async run(deps, task, { token }) {
    if (!isFreezeNeeded(task)) {
      await deps.flows.succeed(token, {});
      return { thawed: false };
    }
    await sendCommand(deps, task, {
      hostId: sourcePlanOf(task).sourceHostId,
      kind: 'thaw',
      effectId: freezeEffectId(task.freezeRound),
      purpose: 'do',
      token,
      validSeconds: deps.settings.agentCommandTimeoutSeconds,
      arguments: { freeze_id: freezeIdOf(task.requestId, task.freezeRound) },
    });
    return { thawed: true };
  },
});
