import { agentPaths } from '../../shared/contracts/agent.ts';
import type { ApiClient } from '../control-plane/api-client.ts';
import { pause } from '../control-plane/pause.ts';
import { messageOf } from '../failure.ts';
import type { Log } from '../logging/log.ts';
import type { Registry } from '../registry/registry.ts';
import type { InventoryTaker } from './inventory.ts';

const everySeconds = 60;
const lookEveryMilliseconds = 1000;

export interface InventoryLoopParts {
  readonly api: ApiClient;
  readonly inventory: InventoryTaker;
  readonly registry: Registry;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/**
 * Reports the inventory at start, every minute, and soon after the registry changed, by whomever: the command line
 * changes it too. One that could not be sent is taken and sent anew at the next look.
 */
export async function runInventoryLoop({ api, inventory, registry, log, stop }: InventoryLoopParts): Promise<void> {
  let sentRevision: number | null = null;
  let sentAtMs = 0;
  const isStopped = (): boolean => stop.aborted;
  while (!isStopped()) {
    try {
      const { revision } = await registry.read();
      if (revision !== sentRevision || performance.now() - sentAtMs >= everySeconds * 1000) {
        for (const chunk of await inventory.take()) {
          const { status } = await api.post(agentPaths.inventory, chunk, stop);
          if (status < 200 || status >= 300) throw new Error(`the inventory was answered with ${status}`);
        }
        sentRevision = revision;
        sentAtMs = performance.now();
      }
    } catch (error) {
      if (!isStopped()) log.warn('inventory.not-sent', { error: messageOf(error) });
      await pause(lookEveryMilliseconds * 4, stop);
    }
    await pause(lookEveryMilliseconds, stop);
  }
}
