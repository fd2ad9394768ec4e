import { join } from 'node:path';
import type { DatabaseReport, InventoryReport } from '../../shared/contracts/agent.ts';
import { AgentFailure, messageOf } from '../failure.ts';
import type { Host } from '../execution/host.ts';
import { readTextIfThere, writeDurably } from '../journal/durable-file.ts';

const chunkSize = 100;

/** Takes the host's whole inventory. */
export interface InventoryTaker {
  /** All chunks of one inventory, under a sequence that grows with every inventory, also over restarts. */
  take(): Promise<readonly InventoryReport[]>;
}

/**
 * One inventory is taken after the other, so that a higher sequence always saw the later state.
 * @param now Unix seconds; the sequence never falls behind it, so that a lost state directory does not make the
 *   control plane ignore this host.
 */
export function createInventoryTaker(host: Host, stateDir: string, now: () => number): InventoryTaker {
  const path = join(stateDir, 'inventory-sequence');
  let last: Promise<unknown> = Promise.resolve();

  const takeOne = async (): Promise<readonly InventoryReport[]> => {
    const before = Number.parseInt((await readTextIfThere(path)) ?? '0', 10);
    const sequence = Math.max((Number.isFinite(before) ? before : 0) + 1, now());
    await writeDurably(path, String(sequence));
    const { databases } = await host.registry.read();
    const managed = databases.filter(({ state }) => state === 'managed');
    return chunked(await Promise.all(managed.map((record) => host.engine.describe(record))), sequence);
  };

  return {
    take: () => {
      const taken = last.then(takeOne);
      // The next inventory waits for this one, but does not inherit its failure.
      last = taken.catch(() => undefined);
      return taken.catch((error: unknown) => {
        throw new AgentFailure('ENGINE_FAILED', `no inventory: ${messageOf(error)}`, error);
      });
    },
  };
}

/** Cuts a list of databases into the chunks of one inventory; an empty host is one empty chunk. */
export function chunked(databases: readonly DatabaseReport[], sequence: number): readonly InventoryReport[] {
  const chunks = Math.max(1, Math.ceil(databases.length / chunkSize));
  return Array.from({ length: chunks }, (_, chunk) => ({
    sequence,
    chunk,
    chunks,
    databases: databases.slice(chunk * chunkSize, (chunk + 1) * chunkSize),
  }));
}
