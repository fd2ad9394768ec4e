import { agentPaths, CommandFailure } from '../../../shared/contracts/agent.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { AgentApiDeps } from '../api-deps.ts';
import { answeredCommand, CommandPath } from './command-of-call.ts';

/** Longest cause Step Functions takes is 32 kB; people read a sentence. */
const maxCauseLength = 2000;

/**
 * A command could not be carried out. An agent leaves nothing behind when it says so, which is why the effect counts as
 * undone; only an attach is detached all the same, since "nothing" there is many things.
 */
export const commandFailure = defineOperation({
  operation: 'agent-command-failure',
  method: 'POST',
  path: agentPaths.commandFailure('{command_id}'),
  capability: 'agents',
  audience: 'host',
  summary: 'Agent: a command could not be carried out',
  request: { path: CommandPath, body: CommandFailure },
  response: null,
  successStatus: 204,
  task: null,
  async run(deps: AgentApiDeps, call) {
    const { error, inventory } = call.body;
    const command = await answeredCommand(deps, call, call.path.command_id, inventory);
    const leavesNothing = command.purpose === 'do' && command.kind !== 'attach';
    if (leavesNothing) await deps.store.markUndone(command.requestId, command.effectId);
    await deps.store.settleCommand(command.requestId, command.commandId, 'failed');
    const cause = `host '${command.hostId}' could not ${command.kind}: ${error.message} (${error.code})`;
    await deps.flows.fail(command.token, 'AgentFailed', cause.slice(0, maxCauseLength));
    return {};
  },
});
