import { AgentHeartbeat, AgentHeartbeatAnswer, agentPaths } from '../../../shared/contracts/agent.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { AgentApiDeps } from '../api-deps.ts';
import { agentHost } from './agent-host.ts';

/** The agent is alive and says what its host is. */
export const heartbeat = defineOperation({
  operation: 'agent-heartbeat',
  method: 'POST',
  path: agentPaths.heartbeat,
  capability: 'agents',
  audience: 'host',
  summary: 'Agent: heartbeat with facts of the host',
  request: { body: AgentHeartbeat },
  response: AgentHeartbeatAnswer,
  successStatus: 200,
  task: null,
  async run(deps: AgentApiDeps, call) {
    const host = await agentHost(deps.store, call);
    const { body } = call;
    const facts = {
      hostName: body.host_name,
      hostIqn: body.host_iqn,
      hostOs: body.host_os,
      hostOsVersion: body.host_os_version,
      agentVersion: body.agent_version,
      cloudVendor: body.cloud_vendor,
      dbEngineVersion: body.db_engine_version,
      mayKeepBackups: body.may_keep_backups,
      hasVssProvider: body.has_vss_provider,
    };
    await deps.store.recordHeartbeat(host.hostId, host.generation, facts, nowSeconds(deps.clock));
    return { body: { generation: host.generation } };
  },
});
