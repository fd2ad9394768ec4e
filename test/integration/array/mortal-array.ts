import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startArray, type ArrayProcess } from '../../../local/array/array-process.ts';
import { CREDENTIALS } from './started-array.ts';

/** An array in a process of its own that can be told to kill itself in the middle of what it does. */
export interface MortalArrays {
  start(): Promise<ArrayProcess>;
  /** The process is killed with SIGKILL right before the nth change of a matching path from now on, whoever runs then. */
  dieAt(nth: number): void;
  /** Whether that has not happened yet. */
  isWaiting(): boolean;
}

/** @param dieOn which paths count. */
export function mortalArrays(dataDir: string, dieOn: RegExp): MortalArrays {
  const countdown = join(dataDir, 'die-at');
  const preload = new URL('die-at.mjs', import.meta.url).href;
  return {
    start: async () => {
      const before = { ...process.env };
      Object.assign(process.env, { NODE_OPTIONS: `--import ${preload}`, DIE_WHEN: countdown, DIE_ON: dieOn.source });
      try {
        return await startArray({ dataDir, port: 0, ...CREDENTIALS });
      } finally {
        process.env = before;
      }
    },
    dieAt: (nth) => {
      writeFileSync(countdown, String(nth));
    },
    isWaiting: () => existsSync(countdown),
  };
}
