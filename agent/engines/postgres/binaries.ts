import { createHash } from 'node:crypto';
import { access, chmod, cp, lstat, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AgentFailure } from '../../failure.ts';
import { isNotFound } from '../../journal/durable-file.ts';
import type { Account } from './account.ts';
import { isReachable } from './reachability.ts';

/** Where distributions put the server's programs, one folder per major version. */
const installRoots = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt'] as const;

/**
 * Folder with initdb and postgres that the account can reach. `binDir` as configured, else the newest
 * installed version. Programs under a folder closed to the account are copied once to a temporary folder.
 * @throws AgentFailure when there are none.
 */
export async function findBinaries(binDir: string | undefined, account: Account | null): Promise<string> {
  const found = binDir ?? (await newestInstalled());
  if (found === null || !(await isThere(join(found, 'postgres')))) {
    throw new AgentFailure(
      'ENGINE_FAILED',
      `no PostgreSQL programs in ${found ?? installRoots.join(', ')}: set engine.bin_dir`,
    );
  }
  return (await isReachable(join(found, 'postgres'), account)) ? found : copyForAccount(found);
}

async function newestInstalled(): Promise<string | null> {
  const versions: { readonly major: number; readonly path: string }[] = [];
  for (const root of installRoots) {
    if (!(await isThere(root))) continue;
    for (const entry of await readdir(root)) {
      const path = join(root, entry, 'bin');
      if (await isThere(join(path, 'postgres')))
        versions.push({ major: Number.parseInt(entry.replace(/^\D*/, ''), 10), path });
    }
  }
  return versions.sort((left, right) => right.major - left.major)[0]?.path ?? null;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Copies the whole installation (bin, lib, share are found relative to each other). The copy is kept for next time. */
async function copyForAccount(binDir: string): Promise<string> {
  const { size, mtimeMs } = await lstat(join(binDir, 'postgres'));
  const key = createHash('sha256').update(`${binDir}:${size}:${mtimeMs}`).digest('hex').slice(0, 12);
  const cached = join(tmpdir(), `reprise-postgres-${key}`);
  if (!(await isOwnFolder(cached))) {
    const draft = await mkdtemp(join(tmpdir(), 'reprise-postgres-draft-'));
    await cp(dirname(binDir), draft, { recursive: true, verbatimSymlinks: true });
    await chmod(draft, 0o755);
    await moveUnlessThere(draft, cached);
  }
  return join(cached, 'bin');
}

async function moveUnlessThere(draft: string, target: string): Promise<void> {
  try {
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another agent may have put its copy there first; anything else in our place is not to be trusted.
    if (!(await isOwnFolder(target))) throw error;
  }
}

/** A folder made by this user that nobody else can write into: names in a shared temporary folder can be planted. */
export async function isOwnFolder(path: string): Promise<boolean> {
  try {
    const found = await lstat(path);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
