/** What a suite that was cut off left of its beds: agents, arrays and databases are processes of their own. */
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesNaming, signal } from '../../local/localstack/process-tree.ts';
import { runCommand } from '../../local/localstack/run-command.ts';
import { stopAllServers } from '../../local/site/database-servers.ts';
import { isRunning } from '../../local/site/process-identity.ts';
import { readIfThere } from '../../local/site/read-if-there.ts';
import { endRecorded } from '../../local/site/recorded-children.ts';
import { bedFolderPrefix } from '../e2e/bed/site-bed.ts';

/** Ends them and removes their folders; a bed whose suite still runs is left alone. */
export async function endAbandonedBeds(): Promise<void> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith(bedFolderPrefix));
  for (const dataDir of folders.map((name) => join(tmpdir(), name))) {
    const holder = await readIfThere(join(dataDir, 'site.lock'));
    if (holder === undefined || isRunning(holder)) continue;
    await endRecorded(dataDir);
    await stopAllServers(dataDir);
    // An array that a test had started again is in no record.
    for (const pid of processesNaming(await runCommand('ps', ['-eo', 'pid=,args=']), dataDir)) signal(pid, 'SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  }
}
