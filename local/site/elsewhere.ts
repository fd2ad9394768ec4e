/** Folders of a site outside its data folder: where the data folder was closed to PostgreSQL's user, or its path too long. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from './read-if-there.ts';

async function elsewhere(dataDir: string): Promise<readonly string[]> {
  const hosts = await readdir(join(dataDir, 'hosts')).catch(() => []);
  const notes = [
    join(dataDir, 'array-elsewhere'),
    ...hosts.map((host) => join(dataDir, 'hosts', host, 'state', 'clusters-elsewhere')),
  ];
  const texts = await Promise.all(notes.map(readIfThere));
  return texts.filter((text) => text !== undefined);
}

/** Removes them and tells which they were. The site must be stopped. */
export async function removeElsewhere(dataDir: string): Promise<readonly string[]> {
  const folders = await elsewhere(dataDir);
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  return folders;
}
