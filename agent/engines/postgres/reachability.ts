import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from './account.ts';

/** Whether the account may enter every folder down to `path` and `path` itself, by permission bits (not ACLs). */
export async function isReachable(path: string, account: Account | null): Promise<boolean> {
  if (account === null) return true;
  let current = await realpath(path);
  for (;;) {
    const { mode, uid, gid } = await stat(current);
    const executeBit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & executeBit) === 0) return false;
    const parent = dirname(current);
    if (parent === current) return true;
    current = parent;
  }
}
