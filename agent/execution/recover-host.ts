import { messageOf } from '../failure.ts';
import { unixSeconds } from '../host/unix-seconds.ts';
import { isAlive } from '../registry/process-identity.ts';
import { rollBack } from './attach-database.ts';
import type { Host } from './host.ts';
import { forgetReplaced, settleSwap } from './settle-swap.ts';

/** How long the end of a freeze is remembered; no thaw comes later. */
const keptDays = 14;

/**
 * Puts the host in order after the agent's last run, however that ended: thaws what may still be frozen, brings
 * swaps to their end, rolls back what was being made by a process that is gone, starts what should run. What fails is logged and does not keep the
 * rest, or the agent, from starting.
 */
export async function recoverHost(host: Host): Promise<void> {
  await endFreezes(host);
  await settleSwaps(host);
  const { databases } = await host.registry.read();
  for (const record of databases) {
    if (record.state === 'making') {
      if (!isAlive(record.maker))
        await attempt(host, 'recovery.rolled-back', { database_id: record.id }, () => rollBack(host, record));
      continue;
    }
    if (record.state !== 'managed') continue;
    const present = await Promise.all(record.volumes.map(({ serial }) => host.deviceRoot.isThere(serial)));
    if (present.every(Boolean))
      await attempt(host, 'recovery.started', { database_id: record.id }, () => host.engine.start(record));
    else host.log.error('recovery.volume-missing', { database_id: record.id, volumes: record.volumes });
  }
}

/** One that goes back is told to whoever asked for it when its command is carried out again. */
async function settleSwaps(host: Host): Promise<void> {
  const { swaps } = await host.registry.read();
  for (const { swap_id } of swaps.filter(({ undo }) => undo.length > 0))
    await attempt(host, 'recovery.swap-settled', { swap_id }, () => settleSwap(host, swap_id));
  await forgetReplaced(host);
}

async function endFreezes(host: Host): Promise<void> {
  const { databases } = await host.registry.read();
  for (const freeze of await host.freezeJournal.list()) {
    if (freeze.ended) {
      if (freeze.begun_ts < unixSeconds() - keptDays * 86_400) await host.freezeJournal.remove(freeze.freeze_id);
      continue;
    }
    for (const record of databases.filter(({ id }) => freeze.database_ids.includes(id))) {
      await attempt(host, 'recovery.thawed', { database_id: record.id }, () => host.engine.endLeftoverFreeze(record));
    }
    await host.freezeJournal.write(freeze.freeze_id, {
      ...freeze,
      ended: true,
      reason: 'the agent was restarted during the freeze',
    });
  }
}

async function attempt(
  host: Host,
  event: string,
  about: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
    host.log.info(event, about);
  } catch (error) {
    host.log.error('recovery.failed', { step: event, ...about, error: messageOf(error) });
  }
}
