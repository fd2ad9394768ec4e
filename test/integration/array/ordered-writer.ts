import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './array-client.ts';

export interface OrderedWriter {
  readonly pid: number;
  /** Whether all its threads are stopped. */
  isStopped(): boolean;
  end(): Promise<void>;
}

/**
 * Starts a process whose two threads append without pause: each one byte to its file in `first`, then one to its file in
 * `second`. At every instant, and so in every consistent copy, the second file is at most one byte behind.
 */
export async function startWriter(first: string, second: string): Promise<OrderedWriter> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('ordered-writer-process.mjs', import.meta.url)), first, second],
    { stdio: 'inherit' },
  );
  const ended = once(child, 'exit');
  await eventually(() => (sizes(first, second).every((size) => size > 0) ? true : undefined));
  const pid = child.pid ?? 0;
  return {
    pid,
    isStopped: () => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const sizes = (first: string, second: string): number[] =>
  [first, second].flatMap((folder) => ['a', 'b'].map((name) => sizeOf(join(folder, name))));

/** How far the second folder is behind the first, for each of the two threads. */
export function lags(first: string, second: string): number[] {
  return ['a', 'b'].map((name) => sizeOf(join(first, name)) - sizeOf(join(second, name)));
}
