import type { AgentCommand } from '../../shared/contracts/agent.ts';
import type { Host } from './host.ts';

type DetachArguments = Extract<AgentCommand, { kind: 'detach' }>['arguments'];

/**
 * Stops a database and forgets it; its data stays on the volumes. False when there was none, which is fine. The
 * tombstone comes first: an attach that is still on its way must find it even if this agent dies in between.
 * @throws AgentFailure ENGINE_FAILED when the database does not stop.
 */
export async function detachDatabase(host: Host, wanted: DetachArguments): Promise<boolean> {
  if (wanted.attach_id !== null) await host.registry.bury(wanted.attach_id);
  const { databases } = await host.registry.read();
  const record =
    databases.find(({ attach_id }) => attach_id !== null && attach_id === wanted.attach_id) ??
    databases.find(({ id }) => id === wanted.database_id);
  if (!record) return false;
  if (record.attach_id !== null && record.attach_id !== wanted.attach_id) await host.registry.bury(record.attach_id);
  await host.engine.discard(record);
  await host.registry.remove(record.id);
  return true;
}
