import { setTimeout as wait } from 'node:timers/promises';
import { allProcesses, hasEnded, isStopped, withAncestors, worksUnder } from './processes.ts';

export interface StopOptions {
  /** Real paths. */
  readonly folders: readonly string[];
  /** Never stopped. */
  readonly spared: ReadonlySet<number>;
  /** Told before a process is stopped, so that somebody else can continue it should this process die. */
  readonly announce: (pid: number) => void;
  readonly giveUpAfterMs: number;
}

/** The processes that were stopped, to be continued by `continueAll`. */
export type Stopped = ReadonlySet<number>;

export function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended meanwhile. Anything else (not allowed) would leave it running, so it must be known.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The process that decides who is spared: itself, the array, and everybody the array was started by. */
export const ownLine = (): ReadonlySet<number> => withAncestors(process.pid);

export function continueAll(stopped: Iterable<number>): void {
  for (const pid of stopped) signal(pid, 'SIGCONT');
}

/**
 * Stops every process that works under the folders and returns once none of them can run. A process may fork until its
 * last thread has stopped, so it looks again after that, until a look finds nobody new.
 * Those that somebody else had stopped already are left to whoever did it.
 * Throws, with all continued, when some thread does not stop in time (one that hangs in the kernel on a dead disk, say).
 */
export async function stopWriters({ folders, spared, announce, giveUpAfterMs }: StopOptions): Promise<Stopped> {
  const stopped = new Set<number>();
  const stoppedByOthers = new Set<number>();
  const deadline = performance.now() + giveUpAfterMs;
  const findNew = (): number[] =>
    allProcesses().filter(
      (pid) =>
        !spared.has(pid) &&
        !stopped.has(pid) &&
        !stoppedByOthers.has(pid) &&
        !hasEnded(pid) &&
        worksUnder(pid, folders),
    );
  try {
    for (let found = findNew(); found.length > 0; found = findNew()) {
      for (const pid of found) {
        if (isStopped(pid)) {
          stoppedByOthers.add(pid);
        } else {
          announce(pid);
          stopped.add(pid);
          signal(pid, 'SIGSTOP');
        }
      }
      while (!found.every(isStopped)) {
        if (performance.now() > deadline)
          throw new Error(`processes ${found.filter((pid) => !isStopped(pid)).join(', ')} did not stop`);
        await wait(1);
      }
    }
    return stopped;
  } catch (error) {
    continueAll(stopped);
    throw error;
  }
}
