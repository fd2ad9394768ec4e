import { type AgentErrorCode, agentPaths, CommandFailure } from '../../../shared/contracts/agent.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { CommandRecord } from '../../../shared/ports/store.ts';
import type { AgentApiDeps } from '../api-deps.ts';
import { answeredCommand, CommandPath } from './command-of-call.ts';

/** Longest cause Step Functions takes is 32 kB; people read a sentence. */
const maxCauseLength = 2000;

/** The agent refused before it looked at anything: what an earlier command for the same effect did is not known by it. */
const untriedCodes: ReadonlySet<AgentErrorCode> = new Set([
  'STALE_GENERATION',
  'COMMAND_EXPIRED',
  'COMMAND_UNKNOWN',
  'COMMAND_REVOKED',
]);

/** An agent that knows no staged copy may have lost what it knew since an earlier attempt put that in service. */
const wasTried = ({ kind }: CommandRecord, code: AgentErrorCode): boolean =>
  !untriedCodes.has(code) && !(kind === 'swap' && code === 'DB_NOT_FOUND');

async function takeBack(
  { store }: Pick<AgentApiDeps, 'store'>,
  { requestId, effectId, kind, attempt }: CommandRecord,
  tried: boolean,
): Promise<void> {
  if (kind === 'attach') return;
  if (kind === 'swap' || kind === 'detach') await store.markRefused(requestId, effectId, attempt, tried);
  else await store.markUndone(requestId, effectId);
}

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
    if (command.purpose === 'do') await takeBack(deps, command, wasTried(command, error.code));
    await deps.store.settleCommand(command.requestId, command.commandId, 'failed');
    const cause = `host '${command.hostId}' could not ${command.kind}: ${error.message} (${error.code})`;
    await deps.flows.fail(command.token, 'AgentFailed', cause.slice(0, maxCauseLength));
    return {};
  },
});
