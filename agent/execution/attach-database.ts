import type { DatabaseReport } from '../../shared/contracts/agent.ts';
import type { AttachArguments } from '../engines/engine.ts';
import { AgentFailure, asFailure, messageOf } from '../failure.ts';
import type { DatabaseRecord } from '../registry/database-record.ts';
import { findByName } from '../registry/registry.ts';
import type { Host } from './host.ts';

/**
 * Makes a database of copied volumes; a staged one is stopped again when it has passed its check. Repeating an attach that succeeded reports its database; one that failed or died
 * has left nothing and is done again.
 * @throws AgentFailure DEVICE_NOT_FOUND, DB_NAME_IS_IN_USE, COMMAND_REVOKED, LAYOUT_NOT_SUPPORTED, ENGINE_FAILED.
 */
export async function attachDatabase(host: Host, wanted: AttachArguments): Promise<DatabaseReport> {
  if (wanted.vendor !== host.engine.vendor) {
    throw new AgentFailure('ENGINE_FAILED', `this host runs ${host.engine.vendor}, not ${wanted.vendor}`);
  }
  const earlier = await findEarlier(host, wanted);
  if (earlier) return host.engine.describe(earlier);
  await host.deviceRoot.rescan(wanted.source.volumes.map(({ serial }) => serial));
  const volumes = await host.engine.inspectCopy(wanted.source);
  const record = await host.registry.reserve(
    {
      name: wanted.db_name,
      vendor: wanted.vendor,
      attach_id: wanted.attach_id,
      target_state: wanted.target_state,
      volumes: [...volumes],
    },
    (taken) => host.engine.choosePort(taken),
  );
  try {
    await host.engine.attach(record, wanted.source);
    if (wanted.staged) await host.engine.stop(record);
    return await host.engine.describe(await host.registry.confirm(record.id, wanted.staged ? 'staged' : 'managed'));
  } catch (error) {
    throw await undone(host, record, error);
  }
}

/** Stops and forgets a database that was never finished. */
export async function rollBack(host: Host, record: DatabaseRecord): Promise<void> {
  await host.engine.discard(record);
  await host.registry.remove(record.id);
}

/** Undoes a making that failed and returns what to throw: the failure, with what could not be undone added to it. */
export async function undone(host: Host, record: DatabaseRecord, cause: unknown): Promise<AgentFailure> {
  const failure = asFailure(cause);
  try {
    await rollBack(host, record);
    return failure;
  } catch (error) {
    return new AgentFailure(failure.code, `${failure.message}; and it could not be undone: ${messageOf(error)}`, cause);
  }
}

/** The database of this very attach, if it was made before. What cannot succeed is refused before waiting for volumes. */
async function findEarlier(host: Host, wanted: AttachArguments): Promise<DatabaseRecord | null> {
  const content = await host.registry.read();
  const earlier = content.databases.find((database) => database.attach_id === wanted.attach_id);
  if (earlier?.state === 'replaced' || content.tombstones.some((stone) => stone.attach_id === wanted.attach_id)) {
    throw new AgentFailure('COMMAND_REVOKED', `the attach of ${wanted.db_name} was undone before it arrived`);
  }
  if (earlier?.state === 'making') await rollBack(host, earlier);
  else if (earlier) return earlier;
  else if (findByName(content, wanted.db_name)) {
    throw new AgentFailure('DB_NAME_IS_IN_USE', `a database named ${wanted.db_name} exists on this host`);
  }
  return null;
}
