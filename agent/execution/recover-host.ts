import { messageOf } from '../failure.ts';
import { unixSeconds } from '../host/unix-seconds.ts';
import { isAlive } from '../registry/process-identity.ts';
import { rollBack } from './attach-database.ts';
import type { Host } from './host.ts';

/** How long the end of a freeze is remembered; no thaw comes later. */
const keptDays = 14;

/**
 * Puts the host in order after the agent's last run, however that ended: thaws what may still be frozen, rolls back
 * what was being made by a process that is gone, starts what should run. What fails is logged and does not keep the
 * rest, or the agent, from starting.
 */
export async function recoverHost(host: Host): Promise<void> {
  await endFreezes(host);
  const { databases } = await host.registry.read();
  for (const record of databases) {
    if (record.state === 'making') {
      if (!isAlive(record.maker)) await attempt(host, 'recovery.rolled-back', record.id, () => rollBack(host, record));
      continue;
    }
    const present = await Promise.all(record.volumes.map(({ serial }) => host.deviceRoot.isThere(serial)));
    if (present.every(Boolean)) await attempt(host, 'recovery.started', record.id, () => host.engine.start(record));
    else host.log.error('recovery.volume-missing', { database_id: record.id, volumes: record.volumes });
  }
}

async function endFreezes(host: Host): Promise<void> {
  const { databases } = await host.registry.read();
  for (const freeze of await host.freezeJournal.list()) {
    if (freeze.ended) {
      if (freeze.begun_ts < unixSeconds() - keptDays * 86_400) await host.freezeJournal.remove(freeze.freeze_id);
      continue;
    }
    for (const record of databases.filter(({ id }) => freeze.database_ids.includes(id))) {
      await attempt(host, 'recovery.thawed', record.id, () => host.engine.endLeftoverFreeze(record));
    }
    await host.freezeJournal.write(freeze.freeze_id, {
      ...freeze,
      ended: true,
      reason: 'the agent was restarted during the freeze',
    });
  }
}

async function attempt(host: Host, event: string, databaseId: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    host.log.info(event, { database_id: databaseId });
  } catch (error) {
    host.log.error('recovery.failed', { step: event, database_id: databaseId, error: messageOf(error) });
  }
}
