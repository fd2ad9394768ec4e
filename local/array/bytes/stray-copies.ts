import { setTimeout as wait } from 'node:timers/promises';
import { allProcesses, commandLineOf, hasEnded } from '../holder/processes.ts';
import { signal } from '../holder/writers.ts';
import { COPY_COMMAND } from './copy-tree.ts';
import type { Layout } from './layout.ts';

/**
 * Ends the copies that an array started before it was killed: they would go on making a directory that this start has
 * looked for and removed. Only one array uses a data directory, so its next start has none of its own yet.
 */
export async function endStrayCopies({ volumes }: Layout): Promise<void> {
  if (process.platform !== 'linux') return;
  const strays = allProcesses().filter((pid) => {
    const words = commandLineOf(pid);
    return (
      COPY_COMMAND.every((word, place) => words[place] === word) && words.at(-1)?.startsWith(`${volumes}/`) === true
    );
  });
  for (const pid of strays) signal(pid, 'SIGKILL');
  while (!strays.every(hasEnded)) await wait(1);
}
