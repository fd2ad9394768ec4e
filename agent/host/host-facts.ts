import { hostname, release, type } from 'node:os';
import type { AgentHeartbeat } from '../../shared/contracts/agent.ts';
import { agentVersion } from '../version.ts';

/** What this host says about itself with every heartbeat. */
export const hostFacts = (hostIqn: string, engineVersion: string): AgentHeartbeat => ({
  host_name: hostname(),
  host_iqn: hostIqn,
  host_os: type(),
  host_os_version: release(),
  agent_version: agentVersion,
  cloud_vendor: 'UNKNOWN',
  db_engine_version: engineVersion,
});
