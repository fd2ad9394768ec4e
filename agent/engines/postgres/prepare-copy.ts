import { lchown, readdir, rm, stat, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentFailure } from '../../failure.ts';
import { readTextIfThere, writeDurably } from '../../journal/durable-file.ts';
import type { Account } from './account.ts';
import type { CopyLayout } from './inspect-copy.ts';
import { isReachable } from './reachability.ts';
import { resetAutoConf } from './server-settings.ts';

/**
 * Files of the source's running server and of its backup state. With a `backup_label` the copy would look for the end
 * of a backup that its log does not contain, and die; without one it recovers as after a crash.
 */
const droppedFiles = [
  'postmaster.pid',
  'postmaster.opts',
  'backup_label',
  'tablespace_map',
  'recovery.signal',
  'standby.signal',
] as const;

/** Makes a copied cluster one that may be started beside its source. May be repeated. */
export async function prepareCopy(
  layout: CopyLayout,
  options: { readonly standby: boolean; readonly account: Account | null },
): Promise<void> {
  const { dataDirectory, wal } = layout;
  const { account } = options;
  await takeOwnership(dataDirectory, account);
  if (wal) {
    await takeOwnership(wal.directory, account);
    await unlink(join(dataDirectory, 'pg_wal'));
    await symlink(wal.directory, join(dataDirectory, 'pg_wal'));
  }
  for (const name of droppedFiles) await rm(join(dataDirectory, name), { force: true });
  // A slot would hold back the copy's log for a consumer that belongs to the source.
  const slots = join(dataDirectory, 'pg_replslot');
  for (const slot of await readdir(slots)) await rm(join(slots, slot), { recursive: true });
  const autoConf = join(dataDirectory, 'postgresql.auto.conf');
  await writeDurably(autoConf, resetAutoConf((await readTextIfThere(autoConf)) ?? ''), { owner: account });
  if (options.standby) await writeDurably(join(dataDirectory, 'standby.signal'), '', { owner: account });
}

/** The source's host may run its server under another user id. */
async function takeOwnership(folder: string, account: Account | null): Promise<void> {
  const uid = account?.uid ?? process.getuid?.();
  if (uid !== undefined && (await stat(folder)).uid !== uid) {
    if (!account) throw new AgentFailure('ENGINE_FAILED', `${folder} belongs to another user`);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) await lchown(join(entry.parentPath, entry.name), account.uid, account.gid);
    await lchown(folder, account.uid, account.gid);
  }
  if (!(await isReachable(folder, account))) {
    throw new AgentFailure(
      'ENGINE_FAILED',
      `a folder above ${folder} is closed to user ${account?.name ?? 'of the agent'}`,
    );
  }
}
