import { agentPaths, InventoryReport } from '../../../shared/contracts/agent.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { AgentApiDeps } from '../api-deps.ts';
import { agentHost } from './agent-host.ts';
import { takeInventory } from './take-inventory.ts';

/** The databases of the host, whole or in chunks. */
export const inventory = defineOperation({
  operation: 'agent-inventory',
  method: 'POST',
  path: agentPaths.inventory,
  capability: 'agents',
  audience: 'host',
  summary: 'Agent: inventory of the databases of its host',
  request: { body: InventoryReport },
  response: null,
  successStatus: 204,
  task: null,
  async run(deps: AgentApiDeps, call) {
    await takeInventory(deps, await agentHost(deps.store, call), call.body);
    return {};
  },
});
