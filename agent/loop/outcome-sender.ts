import { agentPaths, type InventoryReport } from '../../shared/contracts/agent.ts';
import { backoffMilliseconds } from '../control-plane/backoff.ts';
import type { ApiClient } from '../control-plane/api-client.ts';
import { pause } from '../control-plane/pause.ts';
import { messageOf } from '../failure.ts';
import type { CommandJournal, Outcome } from '../journal/command-journal.ts';
import type { Log } from '../logging/log.ts';
import { type InventoryTaker, jsonBytesOf } from './inventory.ts';

export interface OutcomeSenderParts {
  readonly api: ApiClient;
  readonly journal: CommandJournal;
  readonly inventory: InventoryTaker;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** The control plane refuses a body above 256 KiB, and an outcome that is refused so is lost. */
const mostBodyBytes = 240_000;

/** The command is unknown or superseded, or its answer will never be understood: repeating would go on for ever. */
const hopeless: ReadonlySet<number> = new Set([404, 409, 422]);

/** `dropped`: the control plane will never take it. `stopped`: the agent stops first. */
type PostEnd = 'taken' | 'dropped' | 'stopped';

/** Repeats a POST until the control plane has taken it or will never take it. */
async function insist(
  { api, log, stop }: OutcomeSenderParts,
  path: string,
  bodyOf: () => Promise<unknown>,
): Promise<PostEnd> {
  const isStopped = (): boolean => stop.aborted;
  for (let failures = 1; !isStopped(); failures += 1) {
    try {
      const { status } = await api.post(path, await bodyOf(), stop);
      if (status >= 200 && status < 300) return 'taken';
      if (hopeless.has(status)) {
        log.warn('outcome.dropped', { path, status });
        return 'dropped';
      }
      log.warn('outcome.refused', { path, status });
    } catch (error) {
      if (isStopped()) return 'stopped';
      log.warn('outcome.not-sent', { path, error: messageOf(error) });
    }
    await pause(backoffMilliseconds(failures), stop);
  }
  return 'stopped';
}

/**
 * Answers a command with its recorded outcome and a fresh inventory. An inventory that does not fit the same body goes
 * ahead, so that it is stored before the control plane goes on. When the agent stops first, the journal answers at its
 * next start.
 */
export async function sendOutcome(parts: OutcomeSenderParts, commandId: string, outcome: Outcome): Promise<void> {
  const path = outcome.ok ? agentPaths.commandSuccess(commandId) : agentPaths.commandFailure(commandId);
  const answer = outcome.ok ? { result: outcome.result } : { error: outcome.error };
  const end = await insist(parts, path, async () => {
    const chunks = await takeOrLog(parts);
    const [inventory] = chunks;
    const whole = inventory ? { ...answer, inventory } : answer;
    if (chunks.length <= 1 && jsonBytesOf(whole) <= mostBodyBytes) return whole;
    await sendAhead(parts, chunks);
    return answer;
  });
  if (end !== 'stopped') await parts.journal.answered(commandId);
}

/**
 * Nothing follows a part that was dropped: the last one would close the inventory, and what is in no part count as gone.
 * @throws Error when the agent stops before all are taken: then the outcome must not go either.
 */
async function sendAhead(parts: OutcomeSenderParts, chunks: readonly InventoryReport[]): Promise<void> {
  for (const chunk of chunks) {
    const end = await insist(parts, agentPaths.inventory, () => Promise.resolve(chunk));
    if (end === 'stopped') throw new Error('the agent stops before its inventory is taken');
    if (end === 'dropped') return;
  }
}

/** An outcome without an inventory is better than no outcome. */
async function takeOrLog({ inventory, log }: OutcomeSenderParts): Promise<readonly InventoryReport[]> {
  try {
    return await inventory.take();
  } catch (error) {
    log.error('inventory.failed', { error: messageOf(error) });
    return [];
  }
}
