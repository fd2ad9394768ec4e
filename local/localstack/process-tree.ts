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

/** Nothing happens when there is no such process any more. */
export function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Process ids whose command line names `folder`: what a parent that is gone can no longer be asked for. */
export function processesNaming(table: string, folder: string): number[] {
  return table
    .split('\n')
    .filter((line) => line.includes(folder))
    .map((line) => Number.parseInt(line, 10));
}

/**
 * Asks `pid` to end, and kills it when it takes longer; what it started and left behind is killed, and what names its
 * `folder`, should it have ended by itself before.
 */
export async function endProcessTree(
  { pid, folder }: { readonly pid: number; readonly folder: string },
  ended: Promise<unknown>,
  patienceMs: number,
): Promise<void> {
  const below = descendantsIn(await runCommand('ps', ['-eo', 'pid=,ppid=']), pid);
  signal(pid, 'SIGTERM');
  const stopWaiting = new AbortController();
  await Promise.race([ended, pause(patienceMs, undefined, { signal: stopWaiting.signal })]);
  stopWaiting.abort();
  for (const one of [pid, ...below]) signal(one, 'SIGKILL');
  await ended;
  for (const one of processesNaming(await runCommand('ps', ['-eo', 'pid=,args=']), folder)) signal(one, 'SIGKILL');
}
