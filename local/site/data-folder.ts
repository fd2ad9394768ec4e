/** One site at a time on one folder. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tryLock, unlock } from '../../agent/registry/file-lock.ts';
import { isRunning, pidOf } from './process-identity.ts';
import { readIfThere } from './read-if-there.ts';

/** A run that is just ending (Ctrl-C, then start) is waited for. */
const patienceMs = 40_000;

/**
 * Makes the folder and takes it; answers how to give it back. `onWait` hears of another run that is being waited for.
 * @throws Error when another site runs on it and does not end.
 */
export async function takeFolder(
  dataDir: string,
  onWait: (pid: number) => void,
  stop?: AbortSignal,
): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const lockFile = join(dataDir, 'site.lock');
  const until = Date.now() + patienceMs;
  for (let told = false; !(await tryLock(lockFile));) {
    stop?.throwIfAborted();
    const holder = await readIfThere(lockFile);
    if (holder === undefined) continue;
    // A killed process that nobody has buried still has its id.
    if (!isRunning(holder)) await rm(lockFile, { force: true });
    else if (Date.now() >= until)
      throw new Error(`process ${String(pidOf(holder))} is running on ${dataDir}: stop it first`);
    else {
      if (!told) onWait(pidOf(holder));
      told = true;
      await pause(200);
    }
  }
  return () => unlock(lockFile);
}
