import type * as z from 'zod/mini';
import type { SwapResult } from '../../shared/contracts/agent.ts';
import { AgentFailure, asFailure, messageOf } from '../failure.ts';
import { birthIdOf, type DatabaseRecord } from '../registry/database-record.ts';
import { findByName } from '../registry/registry.ts';
import { enterSwap, exchangePlaces, isDone, noteRunning, pairsOf, type SwapArguments } from '../registry/swaps.ts';
import type { Host } from './host.ts';
import { all, forgetReplaced, orUndecided, settleSwap, startPredecessors } from './settle-swap.ts';

type InService = z.infer<typeof SwapResult>['databases'];

/**
 * Puts staged databases in the places of others, all or none. The registry names at every instant who has a place, and
 * the one write that exchanges them comes while all are stopped: whenever the agent dies, its next start brings up what
 * the registry names, and nothing else runs. Repeating a swap that is done starts and reports its databases.
 * @throws AgentFailure COMMAND_REVOKED (a later attempt was seen), DB_NOT_FOUND, DB_NAME_IS_IN_USE, ENGINE_FAILED; every
 *   predecessor is in service as before.
 * @throws Undecided when that cannot be said.
 */
export async function swapDatabases(host: Host, wanted: SwapArguments): Promise<InService> {
  const isNewest = await orUndecided(host.registry.change((content, now) => enterSwap(content, wanted, now)));
  if (!isNewest) throw new AgentFailure('COMMAND_REVOKED', 'a later attempt of this swap was seen');
  if (await isSwapped(host, wanted)) await startAgain(host, wanted);
  else await swap(host, wanted);
  await orUndecided(forgetReplaced(host));
  const inService = await recordsOf(host, wanted);
  return orUndecided(
    Promise.all(
      inService.map(async ({ attach_id, record, backup_id }) => ({
        attach_id,
        database: await host.engine.describe(record),
        backup_id,
      })),
    ),
  );
}

/**
 * Whether this swap is done, after bringing it to its end if an earlier try was cut off in the middle.
 * @throws AgentFailure, Undecided as settleSwap does.
 */
export async function isSwapped(host: Host, wanted: SwapArguments): Promise<boolean> {
  await settleSwap(host, wanted.swap_id);
  return isDone(await orUndecided(host.registry.read()), wanted);
}

async function swap(host: Host, wanted: SwapArguments): Promise<void> {
  const obstacle = await exchange(host, wanted).then(() => null, asFailure);
  // Looked up after a failure too: a write that failed may still have reached the disk.
  if (await isSwapped(host, wanted)) return;
  await startPredecessors(host, wanted.swap_id);
  throw obstacle ?? new AgentFailure('ENGINE_FAILED', 'the registry does not hold the swap');
}

/** Stops everything and exchanges the places. Which predecessors ran is on disk before one is stopped. */
async function exchange(host: Host, wanted: SwapArguments): Promise<void> {
  if (!host.mayKeepBackups && wanted.databases.some(({ backup_name }) => backup_name !== null))
    throw new AgentFailure('ENGINE_FAILED', 'this host does not keep databases that are replaced');
  const pairs = pairsOf(await host.registry.read(), wanted);
  const outgoing = pairs.map((pair) => pair.outgoing);
  const frozen = outgoing.find(({ id }) => host.freezes.holds(id));
  if (frozen) throw new AgentFailure('ENGINE_FAILED', `database ${frozen.name} is frozen`);
  const running = await runningOf(host, outgoing);
  await host.registry.change((content) => noteRunning(content, wanted, running));
  await all(pairs.flatMap((pair) => [host.engine.stop(pair.incoming), host.engine.stop(pair.outgoing)]));
  await host.registry.change((content) => exchangePlaces(content, wanted));
}

async function runningOf(host: Host, records: readonly DatabaseRecord[]): Promise<readonly string[]> {
  const reports = await Promise.all(records.map((record) => host.engine.describe(record)));
  const running = records.filter((_record, index) => !['OFFLINE', 'SUSPECT'].includes(reports[index]?.status ?? ''));
  return running.map(birthIdOf);
}

/** The swap is done whether they start or not; their status tells. */
async function startAgain(host: Host, wanted: SwapArguments): Promise<void> {
  for (const { record } of await recordsOf(host, wanted)) {
    await host.engine.start(record).catch((error: unknown) => {
      host.log.error('swap.not-started', { database_id: record.id, error: messageOf(error) });
    });
  }
}

/** In the order of the command. */
async function recordsOf(
  host: Host,
  { databases }: SwapArguments,
): Promise<
  readonly { readonly attach_id: string; readonly record: DatabaseRecord; readonly backup_id: string | null }[]
> {
  const content = await orUndecided(host.registry.read());
  return databases.flatMap(({ attach_id, backup_name }) => {
    const record = content.databases.find((database) => database.attach_id === attach_id);
    const backup = backup_name === null ? undefined : findByName(content, backup_name);
    return record ? [{ attach_id, record, backup_id: backup?.id ?? null }] : [];
  });
}
