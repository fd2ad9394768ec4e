import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readTextIfThere } from '../../journal/durable-file.ts';
import { tryLock, unlock } from '../../registry/file-lock.ts';
import { appendLockPath, logRowsPath, readHeader, rowsPath, wholeLines } from './database-files.ts';
import { mustWait } from './freeze-marker.ts';
import { reconcileRows } from './reconcile-rows.ts';

const pollMilliseconds = 5;

/**
 * Appends one row (any JSON value) to the database on `<deviceRoot>/<serial>`, its data volume. Resolves when the row
 * is on disk; waits while the database is frozen.
 * @throws Error when there is no online database on the volume, or it stays frozen longer than `timeoutSeconds`.
 */
export async function appendRow(deviceRoot: string, serial: string, row: unknown, timeoutSeconds = 60): Promise<void> {
  const volume = join(deviceRoot, serial);
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const header = await readHeader(volume);
    if (header?.state !== 'ONLINE') throw new Error(`no online database on volume ${serial}`);
    // Looked at before the lock too: a waiting writer must leave no traces on a volume that is being copied.
    if (!(await mustWait(volume)) && (await tryLock(appendLockPath(volume)))) {
      try {
        if (!(await mustWait(volume))) {
          const line = `${JSON.stringify(row)}\n`;
          const logVolume = header.log_serial === null ? volume : join(deviceRoot, header.log_serial);
          await reconcileRows(volume, logVolume);
          await appendSynced(logRowsPath(logVolume), line);
          await appendSynced(rowsPath(volume), line);
          return;
        }
      } finally {
        await unlock(appendLockPath(volume));
      }
    }
    if (performance.now() > deadline) throw new Error(`the database on volume ${serial} takes no rows`);
    await delay(pollMilliseconds);
  }
}

/** Every whole row of the database on `<deviceRoot>/<serial>`, its data volume, in order. */
export const readRows = async (deviceRoot: string, serial: string): Promise<readonly unknown[]> =>
  wholeLines((await readTextIfThere(rowsPath(join(deviceRoot, serial)))) ?? '').map((line): unknown =>
    JSON.parse(line),
  );

async function appendSynced(path: string, line: string): Promise<void> {
  const file = await open(path, 'a', 0o644);
  try {
    await file.writeFile(line);
    await file.datasync();
  } finally {
    await file.close();
  }
}
