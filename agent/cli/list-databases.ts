import type { DatabaseReport } from '../../shared/contracts/agent.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import { openConfiguredHost } from '../host/open-configured-host.ts';
import type { Log } from '../logging/log.ts';

/** `list`: the databases of this host as the agent reports them. */
export async function listDatabases(config: AgentConfig, log: Log): Promise<readonly DatabaseReport[]> {
  const host = await openConfiguredHost(config, log);
  const { databases } = await host.registry.read();
  return Promise.all(
    databases.filter(({ state }) => state === 'managed').map((record) => host.engine.describe(record)),
  );
}
