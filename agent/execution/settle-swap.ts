import { AgentFailure, asFailure, messageOf, Undecided } from '../failure.ts';
import { birthIdOf, type DatabaseRecord } from '../registry/database-record.ts';
import { findSwap, keepSwap, leftBehind, putBack, touchedBy } from '../registry/swaps.ts';
import { forgetDatabase } from './detach-database.ts';
import type { Host } from './host.ts';

/**
 * Brings a swap whose places are exchanged to its end: forward when everything runs at its new place, else back. One
 * that has no places exchanged is left alone.
 * @throws AgentFailure why it went back; every predecessor is in service as before.
 * @throws Undecided when that cannot be said.
 */
export async function settleSwap(host: Host, swapId: string): Promise<void> {
  const content = await orUndecided(host.registry.read());
  const swap = findSwap(content, swapId);
  if (!swap || swap.undo.length === 0) return;
  const touched = touchedBy(content, swap);
  try {
    await all(touched.map((record) => bringUp(host, record, swapId, swap.ran)));
  } catch (error) {
    // What does not stop keeps its port, which shows when its predecessor starts.
    await Promise.allSettled(touched.map((record) => host.engine.stop(record)));
    await orUndecided(host.registry.change((latest) => putBack(latest, swapId)));
    await startPredecessors(host, swapId);
    throw asFailure(error);
  }
  await orUndecided(host.registry.change((latest) => keepSwap(latest, swapId)));
}

/** Starts what ran before a swap that is not done. @throws Undecided when one does not start. */
export async function startPredecessors(host: Host, swapId: string): Promise<void> {
  const content = await orUndecided(host.registry.read());
  const ran = findSwap(content, swapId)?.ran ?? [];
  const stopped = content.databases.filter((record) => record.state === 'managed' && ran.includes(birthIdOf(record)));
  await orUndecided(all(stopped.map((record) => host.engine.start(record))));
}

/** Forgets what swaps have replaced for good. What fails is logged and done again at the next occasion. */
export async function forgetReplaced(host: Host): Promise<void> {
  for (const record of leftBehind(await host.registry.read())) {
    try {
      await forgetDatabase(host, record);
    } catch (error) {
      host.log.error('swap.predecessor-not-forgotten', { database_id: record.id, error: messageOf(error) });
    }
  }
}

/** Waits for all, so that nothing is still being done when the first failure is thrown. */
export async function all(work: readonly Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(work);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

/** For work whose failure leaves open whether the predecessors are in service. */
export const orUndecided = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw new Undecided(messageOf(error), { cause: error });
  });

/** The new one must run and show its state; a backup must run if it did before. */
async function bringUp(host: Host, record: DatabaseRecord, swapId: string, ran: readonly string[]): Promise<void> {
  if (record.state !== 'managed') return;
  if (record.swap_id !== swapId) {
    if (ran.includes(birthIdOf(record))) await host.engine.start(record);
    return;
  }
  await host.engine.start(record);
  const { status } = await host.engine.describe(record);
  if (status !== (record.target_state === 'online' ? 'ONLINE' : 'RESTORING'))
    throw new AgentFailure('ENGINE_FAILED', `the new database ${record.name} is ${status}`);
}
