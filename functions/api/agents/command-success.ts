import { agentPaths, CommandSuccess, ThawResult } from '../../../shared/contracts/agent.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { CommandRecord } from '../../../shared/ports/store.ts';
import type { AgentApiDeps } from '../api-deps.ts';
import { answeredCommand, CommandPath } from './command-of-call.ts';
import { checkResult } from './command-result.ts';

/** A freeze that was not held from beginning to end fails its step, so that the snapshot is taken again. */
async function signal(
  deps: AgentApiDeps,
  command: CommandRecord,
  result: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (command.kind === 'thaw' && command.purpose === 'do') {
    const { held, reason } = ThawResult.parse(result);
    if (!held) {
      await deps.flows.fail(command.token, 'FreezeLapsed', reason === '' ? 'the freeze was not held' : reason);
      return;
    }
  }
  await deps.flows.succeed(command.token, {});
}

/**
 * A command was carried out. What it means is recorded first: inventory, then the journal, then the command; the flow is
 * woken last, so that it finds all of it. Repeating the call is harmless; a flow that waits no more is not an error.
 */
export const commandSuccess = defineOperation({
  operation: 'agent-command-success',
  method: 'POST',
  path: agentPaths.commandSuccess('{command_id}'),
  capability: 'agents',
  audience: 'host',
  summary: 'Agent: a command was carried out',
  request: { path: CommandPath, body: CommandSuccess },
  response: null,
  successStatus: 204,
  task: null,
  async run(deps: AgentApiDeps, call) {
    const { result, inventory } = call.body;
    const command = await answeredCommand(deps, call, call.path.command_id, inventory, ({ kind }) => {
      checkResult(kind, result);
    });
    // A thaw takes its freeze back, whoever asked for it.
    const undoes = command.purpose === 'undo' || command.kind === 'thaw';
    if (undoes) await deps.store.markUndone(command.requestId, command.effectId);
    else await deps.store.markDone(command.requestId, command.effectId, result);
    await deps.store.settleCommand(command.requestId, command.commandId, 'done');
    await signal(deps, command, result);
    return {};
  },
});
