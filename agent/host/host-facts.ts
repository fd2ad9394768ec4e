import { release, type } from 'node:os';
import type { AgentHeartbeat } from '../../shared/contracts/agent.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import { agentVersion } from '../version.ts';

/** What this host says about itself with every heartbeat. */
export const hostFacts = (
  config: Pick<AgentConfig, 'host_name' | 'host_iqn' | 'keep_backups' | 'vss_provider'>,
  engineVersion: string,
): AgentHeartbeat => ({
  host_name: config.host_name,
  host_iqn: config.host_iqn,
  host_os: type(),
  host_os_version: release(),
  agent_version: agentVersion,
  cloud_vendor: 'UNKNOWN',
  db_engine_version: engineVersion,
  may_keep_backups: config.keep_backups,
  has_vss_provider: config.vss_provider,
});
