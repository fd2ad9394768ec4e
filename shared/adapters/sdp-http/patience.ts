import { setTimeout as sleepMs } from 'node:timers/promises';

export interface PatienceOptions {
  /** Bound over everything one verb does, in milliseconds. */
  readonly totalMs: number;
  /** Milliseconds; only differences count. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** In [0, 1). */
  readonly random: () => number;
}

export const systemPatience = {
  now: () => performance.now(),
  sleep: (milliseconds: number) => sleepMs(milliseconds),
  random: Math.random,
};

/** With the pauses below, two to three seconds: the drivers of the array repeat a busy call for about as long. */
const maxAttempts = 6;
const firstPauseMs = 100;
const longestPauseMs = 2_000;

export interface Patience {
  /** What is left of the verb's bound, milliseconds, never negative. */
  remainingMs(): number;
  /**
   * Waits before attempt `attempt + 1`: exponential, half of it jitter, so that functions refused together do not
   * come back together; after `atLeastMs` that the array asked for.
   * @returns false, without waiting, when the attempts or the time are used up.
   */
  pauseAfter(attempt: number, atLeastMs: number): Promise<boolean>;
}

/** Starts the clock of one verb. */
export const startPatience = ({ totalMs, now, sleep, random }: PatienceOptions): Patience => {
  const endsAt = now() + totalMs;
  const remainingMs = (): number => Math.max(0, Math.floor(endsAt - now()));
  return {
    remainingMs,
    pauseAfter: async (attempt, atLeastMs) => {
      if (attempt >= maxAttempts) return false;
      const ceiling = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
      const pauseMs = atLeastMs + ceiling * (0.5 + random() / 2);
      if (pauseMs >= remainingMs()) return false;
      await sleep(pauseMs);
      return true;
    },
  };
};
