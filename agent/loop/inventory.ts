import { join } from 'node:path';
import type { DatabaseReport, InventoryReport } from '../../shared/contracts/agent.ts';
import { AgentFailure, messageOf } from '../failure.ts';
import type { Host } from '../execution/host.ts';
import { readTextIfThere, writeDurably } from '../journal/durable-file.ts';

const mostDatabasesPerChunk = 100;
/** Of JSON. The control plane refuses a body above 256 KiB for good, and the sizes reported change from day to day. */
const mostBytesPerChunk = 120_000;
/** More than a chunk without databases has. */
const emptyChunkBytes = 100;

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

/**
 * Cuts a list of databases into the chunks of one inventory, by number and by bytes; an empty host is one empty chunk. A
 * database that is larger than a chunk has one of its own.
 */
export function chunked(databases: readonly DatabaseReport[], sequence: number): readonly InventoryReport[] {
  let part: DatabaseReport[] = [];
  let bytes = emptyChunkBytes;
  const parts = [part];
  for (const database of databases) {
    const more = jsonBytesOf(database) + 1; // The comma.
    const isFull = part.length === mostDatabasesPerChunk || bytes + more > mostBytesPerChunk;
    if (isFull && part.length > 0) {
      part = [];
      bytes = emptyChunkBytes;
      parts.push(part);
    }
    part.push(database);
    bytes += more;
  }
  return parts.map((inChunk, chunk) => ({ sequence, chunk, chunks: parts.length, databases: inChunk }));
}

/** How many bytes it has on the wire. */
export const jsonBytesOf = (body: unknown): number => Buffer.byteLength(JSON.stringify(body));
