import { realpathSync } from 'node:fs';
import { allProcesses, hasEnded, nameOf, worksUnder } from './processes.ts';

/** Folders that are there, as the kernel names them. */
function realFolders(folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) => {
    try {
      return [realpathSync(folder)];
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  });
}

/** The processes with a file open, or their working directory, under the folders, as `name (process id)`. */
export function usersOf(folders: readonly string[]): readonly string[] {
  const found = realFolders(folders);
  return allProcesses()
    .filter((pid) => !hasEnded(pid) && worksUnder(pid, found))
    .map((pid) => `${nameOf(pid)} (${pid})`);
}
