import { setTimeout as delay } from 'node:timers/promises';

/** Waits, but no longer than until the agent stops. */
export async function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal: stop });
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
