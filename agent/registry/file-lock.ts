import { randomBytes } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isNotFound, readTextIfThere } from '../journal/durable-file.ts';
import { isAlive, ownIdentity } from './process-identity.ts';

const retryMilliseconds = 20;

/** Takes the lock file at once or says no. `link` makes name and content appear together, so no reader sees it empty. */
export async function tryLock(path: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, ownIdentity(), { flag: 'wx' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    await clearIfDead(path);
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

export const unlock = (path: string): Promise<void> => rm(path, { force: true });

/**
 * Runs `work` while holding the lock file, waiting for other holders (of this process too).
 * @throws Error when the lock is not free within `timeoutSeconds`.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, timeoutSeconds = 30): Promise<T> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  while (!(await tryLock(path))) {
    if (performance.now() > deadline) throw new Error(`${path} is held by process ${await readTextIfThere(path)}`);
    await delay(retryMilliseconds);
  }
  try {
    return await work();
  } finally {
    await unlock(path);
  }
}

/**
 * Moves the lock of a dead process out of the way. It is moved, not deleted, and looked at again: two who saw the same
 * dead holder could otherwise delete the lock that the faster of them has taken meanwhile.
 */
async function clearIfDead(path: string): Promise<void> {
  const holder = await readTextIfThere(path);
  if (holder === null || isAlive(holder)) return;
  const moved = `${path}.${randomBytes(6).toString('hex')}.dead`;
  try {
    await rename(path, moved);
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  const found = await readTextIfThere(moved);
  if (found !== null && isAlive(found)) await link(moved, path);
  await rm(moved, { force: true });
}
