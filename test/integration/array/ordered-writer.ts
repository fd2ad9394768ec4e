import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './array-client.ts';

/**
 * Appends one byte to `first/log`, then one to `second/log`, without pause and from two threads that each have their own
 * pair. At every instant, and so in every consistent copy, the second file is at most one byte behind its first.
 */
const SOURCE = `
const { openSync, writeSync } = require('node:fs');
const { Worker, isMainThread, workerData } = require('node:worker_threads');
const [first, second] = process.argv.slice(1, 3);
if (isMainThread) new Worker(process.argv[3], { eval: true, argv: process.argv.slice(1), workerData: 'b' });
const name = isMainThread ? 'a' : workerData;
const pair = [first, second].map((folder) => openSync(folder + '/' + name, 'a'));
if (isMainThread) process.stdout.write('writing');
for (;;) for (const file of pair) writeSync(file, 'x');
`;

export interface OrderedWriter {
  readonly pid: number;
  /** Whether all its threads are stopped. */
  isStopped(): boolean;
  end(): Promise<void>;
}

export async function startWriter(first: string, second: string): Promise<OrderedWriter> {
  const child = spawn(process.execPath, ['-e', SOURCE, first, second, SOURCE.replaceAll('process.argv.slice(1, 3)', 'process.argv.slice(2, 4)')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
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

const sizes = (first: string, second: string): number[] => [first, second].flatMap((folder) => ['a', 'b'].map((name) => sizeOf(join(folder, name))));

/** How far the second folder is behind the first, for each of the two threads. */
export function lags(first: string, second: string): number[] {
  return ['a', 'b'].map((name) => sizeOf(join(first, name)) - sizeOf(join(second, name)));
}
