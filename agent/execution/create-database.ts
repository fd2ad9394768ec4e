import type { DatabaseRecord, DatabaseVolume } from '../registry/database-record.ts';
import { undone } from './attach-database.ts';
import type { Host } from './host.ts';

export interface NewDatabaseRequest {
  readonly name: string;
  readonly volumes: readonly DatabaseVolume[];
  readonly superuserPassword: string | null;
}

/**
 * Makes a new, empty database on mounted volumes, registers and starts it. For operators; no command does this.
 * @throws AgentFailure DEVICE_NOT_FOUND, DB_NAME_IS_IN_USE, ENGINE_FAILED; then nothing is left.
 */
export async function createDatabase(host: Host, wanted: NewDatabaseRequest): Promise<DatabaseRecord> {
  await host.deviceRoot.rescan(wanted.volumes.map(({ serial }) => serial));
  const record = await host.registry.reserve(
    {
      name: wanted.name,
      vendor: host.engine.vendor,
      attach_id: null,
      target_state: 'online',
      volumes: [...wanted.volumes],
    },
    (taken) => host.engine.choosePort(taken),
  );
  try {
    await host.engine.create(record, { superuserPassword: wanted.superuserPassword });
    return await host.registry.confirm(record.id, 'managed');
  } catch (error) {
    throw await undone(host, record, error);
  }
}
