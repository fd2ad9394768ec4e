import { randomUUID } from 'node:crypto';
import type { RegistryContent } from './database-record.ts';

/** Whether some record was written by an agent that knew no uids. */
export const lacksUids = ({ databases }: RegistryContent): boolean => databases.some(({ uid }) => uid === '');

/** Gives a uid to every record that lacks one. By id, as how a swap that is open found a record goes by its id too. */
export function giveUids(content: RegistryContent): void {
  const given = new Map<string, string>();
  const uidOf = (id: string): string => {
    const uid = given.get(id) ?? randomUUID();
    given.set(id, uid);
    return uid;
  };
  for (const record of [...content.databases, ...content.swaps.flatMap(({ undo }) => undo)])
    if (record.uid === '') record.uid = uidOf(record.id);
}
