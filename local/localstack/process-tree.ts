/** Ends a process with all that it started, sessions of their own included. */
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from './run-command.ts';

/** Process ids below `pid`, children before grandchildren. */
export function descendantsIn(table: string, pid: number): number[] {
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    rows.flatMap(([child = 0, itsParent]) => (itsParent === parent ? [child, ...below(child)] : []));
  return below(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Asks `pid` to end, and kills it when it takes longer; what it started and left behind is killed. */
export async function endProcessTree(pid: number, ended: Promise<unknown>, patienceMs: number): Promise<void> {
  const below = descendantsIn(await runCommand('ps', ['-eo', 'pid=,ppid=']), pid);
  process.kill(pid, 'SIGTERM');
  const stopWaiting = new AbortController();
  await Promise.race([ended, pause(patienceMs, undefined, { signal: stopWaiting.signal })]);
  stopWaiting.abort();
  for (const one of [pid, ...below]) kill(one);
  await ended;
}
