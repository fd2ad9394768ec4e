import { readFile } from 'node:fs/promises';
import type { AgentConfig } from '../config/agent-config.ts';
import { createDatabase } from '../execution/create-database.ts';
import { openConfiguredHost } from '../host/open-configured-host.ts';
import type { Log } from '../logging/log.ts';

export interface CreateDatabaseOptions {
  readonly name: string;
  readonly volume: string;
  readonly walVolume?: string;
  readonly superuserPasswordFile?: string;
}

/**
 * `create-database`: safe beside a running agent, which reports the new database within seconds.
 * @throws AgentFailure as createDatabase does.
 */
export async function createDatabaseFromCommandLine(
  config: AgentConfig,
  options: CreateDatabaseOptions,
  log: Log,
): Promise<{ readonly id: string; readonly port: number | null }> {
  const host = await openConfiguredHost(config, log);
  const { superuserPasswordFile: passwordFile, walVolume } = options;
  const { id, port } = await createDatabase(host, {
    name: options.name,
    volumes: [
      { kind: 'data', serial: options.volume },
      ...(walVolume === undefined ? [] : [{ kind: 'log' as const, serial: walVolume }]),
    ],
    superuserPassword: passwordFile === undefined ? null : (await readFile(passwordFile, 'utf8')).trimEnd(),
  });
  return { id, port };
}
