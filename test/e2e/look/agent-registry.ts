/** What an agent notes on its host, read without asking it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Bed } from '../bed/bed.ts';

const AgentRegistry = z.object({
  databases: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      volumes: z.array(z.object({ kind: z.string(), serial: z.string() })),
    }),
  ),
  swaps: z.array(z.object({ ran: z.array(z.string()), undo: z.array(z.unknown()) })),
});
export type AgentRegistry = z.infer<typeof AgentRegistry>;

/** Empty where the host has none yet. */
export async function agentRegistry(bed: Bed, hostId: string): Promise<AgentRegistry> {
  const text = await readFile(join(bed.dataDir, 'hosts', hostId, 'state', 'registry.json'), 'utf8').catch(() => '');
  return text === '' ? { databases: [], swaps: [] } : AgentRegistry.parse(JSON.parse(text));
}
