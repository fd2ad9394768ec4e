import { setTimeout as wait } from 'node:timers/promises';
import type { World } from './world.ts';

/** Until somebody stands in the queue of a lock. */
export async function untilParked(world: World, key: string): Promise<void> {
  while (((await world.store.readLock(key))?.waiters.length ?? 0) === 0) await wait(5);
}
