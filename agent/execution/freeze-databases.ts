import type { AgentCommand } from '../../shared/contracts/agent.ts';
import { AgentFailure } from '../failure.ts';
import type { RestorePoints } from '../freezes/freeze-keeper.ts';
import type { Host } from './host.ts';

type FreezeArguments = Extract<AgentCommand, { kind: 'freeze' }>['arguments'];

/** @throws AgentFailure DB_NOT_FOUND (nothing was touched) or FREEZE_FAILED (everything was released). */
export async function freezeDatabases(host: Host, wanted: FreezeArguments): Promise<RestorePoints> {
  if (wanted.force_vss && !host.hasVssProvider)
    throw new AgentFailure('FREEZE_FAILED', 'VSS is forced and this host has no VSS provider');
  const { databases } = await host.registry.read();
  const records = wanted.databases.map(({ id, name }) => {
    const record = databases.find((database) => database.id === id && database.state === 'managed');
    // Both must fit: a name that moved on to another database must not freeze the wrong one.
    if (record?.name.toLowerCase() !== name.toLowerCase()) {
      throw new AgentFailure('DB_NOT_FOUND', `no database ${name} with id ${id} on this host`);
    }
    return record;
  });
  const freeze = { freezeId: wanted.freeze_id, maxSeconds: wanted.max_seconds };
  return host.freezes.freeze({
    ...freeze,
    databases: records.map((record) => ({ id: record.id, freeze: () => host.engine.freeze(record, freeze) })),
  });
}
