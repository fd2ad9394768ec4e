import * as z from 'zod/mini';
import { agentPaths } from '../../../shared/contracts/agent.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { AgentApiDeps } from '../api-deps.ts';
import { agentHost } from './agent-host.ts';
import { commandOfCall, CommandPath } from './command-of-call.ts';

/** The agent is still at work on a command. */
export const commandHeartbeat = defineOperation({
  operation: 'agent-command-heartbeat',
  method: 'POST',
  path: agentPaths.commandHeartbeat('{command_id}'),
  capability: 'agents',
  audience: 'host',
  summary: 'Agent: still working on a command',
  request: { path: CommandPath },
  response: z.object({ waiting: z.boolean() }),
  successStatus: 200,
  task: null,
  async run(deps: AgentApiDeps, call) {
    const host = await agentHost(deps.store, call);
    const command = await commandOfCall(deps.store, host, call.path.command_id);
    return { body: { waiting: (await deps.flows.heartbeat(command.token)) === 'heard' } };
  },
});
