import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readTextIfThere, writeDurably } from '../journal/durable-file.ts';
import type { RegistryContent } from './database-record.ts';

/**
 * Identity of a state directory, made once and lost with it. In a file of its own: an older agent that writes the registry
 * drops what it does not know there. A registry that begins anew, and counts anew, gets another. Only under its lock.
 */
export async function registryIdentity(stateDir: string, isNewRegistry: boolean): Promise<string> {
  const path = join(stateDir, 'registry-identity');
  const known = isNewRegistry ? '' : ((await readTextIfThere(path))?.trim() ?? '');
  if (known !== '') return known;
  const made = randomUUID();
  await writeDurably(path, `${made}\n`);
  return made;
}

/** Whether some record has no uid yet. */
export const lacksUids = ({ databases }: RegistryContent): boolean => databases.some(({ uid }) => uid === '');

/**
 * Gives a uid to every record that lacks one: the registry never gives an id twice, so its own identity and the id are one, and
 * the same again when they are given anew.
 */
export function giveUids(content: RegistryContent, identity: string): void {
  for (const record of [...content.databases, ...content.swaps.flatMap(({ undo }) => undo)])
    if (record.uid === '') record.uid = `${identity}.${record.id}`;
}
