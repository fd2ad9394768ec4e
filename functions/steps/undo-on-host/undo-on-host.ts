import * as z from 'zod/mini';
import type { AgentCommandKind } from '../../../shared/contracts/agent.ts';
import type { Effect } from '../../../shared/domain/effect.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { sendCommand } from '../../../shared/use-cases/agent-command.ts';
import { attachIdOf } from '../attach-id.ts';
import { defineStep, stepInput } from '../step.ts';

/** An undo waits in the host's queue until its agent is back; the queue keeps messages this long at most. */
const undoValidSeconds = 14 * 24 * 3600;

function undoCommand(effect: Effect): { readonly kind: AgentCommandKind; readonly arguments: Record<string, unknown> } {
  if (effect.kind === 'freeze') {
    const round = effect.effectId.slice('freeze-'.length);
    return { kind: 'thaw', arguments: { freeze_id: `${effect.requestId}.${round}` } };
  }
  if (effect.kind === 'attach') {
    const attachId = attachIdOf(effect.requestId, effect.effectId);
    return { kind: 'detach', arguments: { attach_id: attachId, database_id: null, db_name: effect.name } };
  }
  throw new DomainError('Internal', `${effect.kind} is not undone on a host`);
}

/** Has the agent take one effect back. The agent's answer marks the effect undone, whenever it comes. */
export const undoOnHost = defineStep({
  name: 'undo-on-host',
  input: z.object({ ...stepInput, token: z.string(), effect_id: z.string() }),
  phase: 'unwind',
  needs: ['store', 'agents', 'clock', 'settings'],
  async run(deps, task, input) {
    const effect = await deps.store.getEffect(task.requestId, input.effect_id);
    if (effect === undefined) throw new DomainError('Internal', `the journal has no effect '${input.effect_id}'`);
    await sendCommand(deps, task, {
      ...undoCommand(effect),
      hostId: effect.hostId,
      effectId: effect.effectId,
      purpose: 'undo',
      token: input.token,
      validSeconds: undoValidSeconds,
    });
    return { sent: true };
  },
});
