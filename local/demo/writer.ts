/** Commits numbered rows, one transaction each, all the while, and remembers when each was acknowledged. */
import { setTimeout as pause } from 'node:timers/promises';
import type { SqlSession } from './sql-session.ts';

export interface Writer {
  /** Highest number acknowledged by now. */
  acknowledged(): number;
  /** Highest number acknowledged before that instant. */
  acknowledgedBefore(unixSeconds: number): number;
  /** Ends it and its session. Throws what it died of, if it did. */
  stop(): Promise<void>;
}

/** It shares the machine with everything else. */
const pauseMs = 4;

export function startWriter(session: SqlSession): Writer {
  /** Milliseconds since 1970; at index n - 1 that of row n. */
  const acknowledgedAt: number[] = [];
  let isOver = false;
  let failure: unknown;
  const write = async (): Promise<void> => {
    while (!isOver) {
      const n = acknowledgedAt.length + 1;
      await session.run('INSERT INTO ticks VALUES ($1, $2)', [n, `tick ${String(n)}`]);
      acknowledgedAt.push(performance.timeOrigin + performance.now());
      await pause(pauseMs);
    }
  };
  const done = write().catch((error: unknown) => {
    failure = error;
  });
  return {
    acknowledged: () => acknowledgedAt.length,
    acknowledgedBefore: (unixSeconds) => acknowledgedAt.filter((at) => at < unixSeconds * 1000).length,
    stop: async () => {
      isOver = true;
      await done;
      await session.close();
      if (failure !== undefined) throw new Error('the writer on the source failed', { cause: failure });
    },
  };
}
