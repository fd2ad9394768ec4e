import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again until `look` gives a value; throws, saying what was waited for, when the time is over. */
export async function waitUntil<VALUE>(
  what: string,
  timeoutMs: number,
  look: () => Promise<VALUE | undefined>,
  everyMs = 100,
): Promise<VALUE> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() >= until) throw new Error(`waited ${String(timeoutMs)} ms in vain for ${what}`);
    await pause(everyMs);
  }
}
