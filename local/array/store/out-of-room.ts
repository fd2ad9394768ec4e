import { statfsSync } from 'node:fs';

/** LMDB's errors: ENOSPC and EDQUOT by their numbers, and a map that cannot grow. */
const FULL_CODES: readonly unknown[] = [28, 122, -30_792];
/** EIO: a write of which only the beginning went in, too. */
const SHORT_WRITE = 5;
const NEARLY_NOTHING_BYTES = 1024 ** 2;

function hasNoRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < NEARLY_NOTHING_BYTES;
}

/** Whether LMDB could not write because the disk under the folder is full. */
export const isOutOfRoom = (error: unknown, folder: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  (FULL_CODES.includes(error.code) || (error.code === SHORT_WRITE && hasNoRoom(folder)));
