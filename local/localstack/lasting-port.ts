/**
 * A port to keep for long and to bind again and again: below the range that the system hands out to connections (32768 and
 * up on Linux), where a free one would not stay free.
 */
import { randomInt } from 'node:crypto';
import { isFree } from '../array/wait-for-port.ts';

const first = 20_000;
const afterLast = 30_000;
const tries = 50;

/** @throws Error when one port after the other is in use. */
export async function lastingPort(): Promise<number> {
  for (let at = 0; at < tries; at += 1) {
    const port = randomInt(first, afterLast);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${String(first)} and ${String(afterLast)}`);
}
