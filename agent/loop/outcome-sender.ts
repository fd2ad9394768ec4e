import { agentPaths, type InventoryReport } from '../../shared/contracts/agent.ts';
import { backoffMilliseconds } from '../control-plane/backoff.ts';
import type { ApiClient } from '../control-plane/api-client.ts';
import { pause } from '../control-plane/pause.ts';
import { messageOf } from '../failure.ts';
import type { CommandJournal, Outcome } from '../journal/command-journal.ts';
import type { Log } from '../logging/log.ts';
import type { InventoryTaker } from './inventory.ts';

export interface OutcomeSenderParts {
  readonly api: ApiClient;
  readonly journal: CommandJournal;
  readonly inventory: InventoryTaker;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** The command is unknown or superseded, or its answer will never be understood: repeating would go on for ever. */
const hopeless: ReadonlySet<number> = new Set([404, 409, 422]);

/** Repeats a POST until the control plane has taken it or will never take it. Resolves false when the agent stops first. */
async function insist(
  { api, log, stop }: OutcomeSenderParts,
  path: string,
  bodyOf: () => Promise<unknown>,
): Promise<boolean> {
  const isStopped = (): boolean => stop.aborted;
  for (let failures = 1; !isStopped(); failures += 1) {
    try {
      const { status } = await api.post(path, await bodyOf(), stop);
      if ((status >= 200 && status < 300) || hopeless.has(status)) {
        if (status >= 400) log.warn('outcome.dropped', { path, status });
        return true;
      }
      log.warn('outcome.refused', { path, status });
    } catch (error) {
      if (isStopped()) return false;
      log.warn('outcome.not-sent', { path, error: messageOf(error) });
    }
    await pause(backoffMilliseconds(failures), stop);
  }
  return false;
}

/**
 * Answers a command with its recorded outcome and a fresh inventory. A large inventory goes ahead in chunks, so that
 * it is stored before the control plane goes on. When the agent stops first, the journal answers at its next start.
 */
export async function sendOutcome(parts: OutcomeSenderParts, commandId: string, outcome: Outcome): Promise<void> {
  const path = outcome.ok ? agentPaths.commandSuccess(commandId) : agentPaths.commandFailure(commandId);
  const answer = outcome.ok ? { result: outcome.result } : { error: outcome.error };
  const taken = await insist(parts, path, async () => {
    const inventory = await sendAllButOne(parts);
    return inventory ? { ...answer, inventory } : answer;
  });
  if (taken) await parts.journal.answered(commandId);
}

/** The inventory when it fits one chunk; otherwise it is posted here and null is left for the outcome. */
async function sendAllButOne(parts: OutcomeSenderParts): Promise<InventoryReport | null> {
  const chunks = await takeOrLog(parts);
  const [only, ...more] = chunks;
  if (!only || more.length === 0) return only ?? null;
  for (const chunk of chunks) await insist(parts, agentPaths.inventory, () => Promise.resolve(chunk));
  return null;
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
