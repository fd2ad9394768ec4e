import type { AgentCommand } from '../../shared/contracts/agent.ts';
import { AgentFailure } from '../failure.ts';
import type { DatabaseRecord } from '../registry/database-record.ts';
import type { Host } from './host.ts';

type DetachArguments = Extract<AgentCommand, { kind: 'detach' }>['arguments'];

/**
 * Stops a database and forgets it; its data stays on the volumes. False when there was none, or another one under that
 * id, which is fine. The tombstone comes first: an attach that is still on its way must find it even if this agent dies in between.
 * @throws AgentFailure DB_IN_SERVICE for an attach whose database a swap has put in service, ENGINE_FAILED when the
 *   database does not stop.
 */
export async function detachDatabase(host: Host, wanted: DetachArguments): Promise<boolean> {
  const { databases } = await host.registry.read();
  const attached = databases.find(({ attach_id }) => attach_id !== null && attach_id === wanted.attach_id);
  if (attached && attached.swap_id !== null)
    throw new AgentFailure('DB_IN_SERVICE', `database ${attached.name} was put in service by a swap`);
  if (wanted.attach_id !== null) await host.registry.bury(wanted.attach_id);
  const record = attached ?? databases.find((database) => isMeant(database, wanted));
  if (!record) return false;
  await forgetDatabase(host, record);
  return true;
}

/**
 * Whether this is the database that was meant by an id, which may have come to another one since: a uid tells for sure,
 * a name the best it can. What is not managed is no database of this host yet, or no longer.
 */
const isMeant = (
  { id, uid, name, state }: DatabaseRecord,
  { database_id, database_uid, db_name }: DetachArguments,
): boolean =>
  id === database_id &&
  state === 'managed' &&
  (database_uid === null ? name.toLowerCase() === db_name.toLowerCase() : uid === database_uid);

/** Stops a database and removes what is kept about it; its attach will be refused for ever. May be repeated. */
export async function forgetDatabase(host: Host, record: DatabaseRecord): Promise<void> {
  if (record.attach_id !== null) await host.registry.bury(record.attach_id);
  await host.engine.discard(record);
  await host.registry.remove(record.id);
}
