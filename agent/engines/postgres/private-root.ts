import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTextIfThere, writeDurably } from '../../journal/durable-file.ts';
import type { Account } from './account.ts';
import { isOwnFolder } from './binaries.ts';
import { isReachable } from './reachability.ts';

/** A socket's path is `<root>/<id>/.s.PGSQL.<port>` and must stay under 107 bytes. */
const longestRootBytes = 75;

/**
 * The folder that holds each cluster's private directory: inside the state directory when the server's account can
 * reach it and its path is short enough for a socket, else a temporary folder remembered in the state directory.
 */
export async function openPrivateRoot(stateDir: string, account: Account | null): Promise<string> {
  const inside = join(stateDir, 'clusters');
  if (Buffer.byteLength(inside) <= longestRootBytes && (await isReachable(stateDir, account))) {
    await mkdir(inside, { recursive: true, mode: 0o711 });
    await chmod(inside, 0o711);
    return inside;
  }
  const notePath = join(stateDir, 'clusters-elsewhere');
  const noted = await readTextIfThere(notePath);
  if (noted !== null && (await isOwnFolder(noted))) return noted;
  const elsewhere = await mkdtemp(join(tmpdir().length > 30 ? '/tmp' : tmpdir(), 'reprise-agent-'));
  await chmod(elsewhere, 0o711);
  await writeDurably(notePath, elsewhere);
  return elsewhere;
}
