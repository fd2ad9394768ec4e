/**
 * Where the array keeps its bytes. PostgreSQL refuses to run as root, so under root it runs as another user, who must
 * be able to walk to its volumes: when the data folder is closed to that user, the bytes go to a folder that is not.
 */
import { chmod, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseAccount } from '../../agent/engines/postgres/account.ts';
import { isReachable } from '../../agent/engines/postgres/reachability.ts';
import { readIfThere } from './read-if-there.ts';

export interface ArrayFolder {
  readonly path: string;
  /** It is not inside the data folder. */
  readonly isElsewhere: boolean;
}

/** A folder made by this user that nobody else can write into: names in a shared temporary folder can be planted. */
async function isOwn(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

async function makeElsewhere(): Promise<string> {
  const account = await chooseAccount(undefined);
  for (const parent of ['/var/tmp', tmpdir()]) {
    if (!(await stat(parent).catch(() => undefined))?.isDirectory()) continue;
    if (!(await isReachable(parent, account))) continue;
    const made = await mkdtemp(join(parent, 'reprise-array-'));
    await chmod(made, 0o755);
    return made;
  }
  throw new Error(
    `no folder that user ${account?.name ?? ''} can reach was found for the array: choose another --data`,
  );
}

/**
 * The folder remembered for `dataDir`, or a new one.
 * @throws Error when a folder elsewhere that was remembered is gone: what the tables say about it is no longer true.
 */
export async function arrayFolder(dataDir: string): Promise<ArrayFolder> {
  const note = join(dataDir, 'array-elsewhere');
  const noted = await readIfThere(note);
  if (noted !== undefined) {
    if (await isOwn(noted)) return { path: noted, isElsewhere: true };
    throw new Error(`the array's bytes were in ${noted}, which is gone: remove ${dataDir} and start again`);
  }
  if (await isReachable(dataDir, await chooseAccount(undefined)))
    return { path: join(dataDir, 'array'), isElsewhere: false };
  const elsewhere = await makeElsewhere();
  await writeFile(note, elsewhere);
  return { path: elsewhere, isElsewhere: true };
}
