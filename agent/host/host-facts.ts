import { hostname, release, type } from 'node:os';
import type { AgentHeartbeat } from '../../shared/contracts/agent.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import { agentVersion } from '../version.ts';

/** What this host says about itself with every heartbeat. */
export const hostFacts = (
  config: Pick<AgentConfig, 'host_iqn' | 'keep_backups'>,
  engineVersion: string,
): AgentHeartbeat => ({
  host_name: hostname(),
  host_iqn: config.host_iqn,
  host_os: type(),
  host_os_version: release(),
  agent_version: agentVersion,
  cloud_vendor: 'UNKNOWN',
  db_engine_version: engineVersion,
  may_keep_backups: config.keep_backups,
});
