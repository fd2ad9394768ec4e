import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod/mini';
import { readTextIfThere, removeDurably, writeDurably } from './durable-file.ts';

/** One JSON file per entry, so that entries of different commands never wait for each other. */
export interface JournalFolder<T> {
  read(key: string): Promise<T | null>;
  write(key: string, entry: T): Promise<void>;
  remove(key: string): Promise<void>;
  list(): Promise<readonly T[]>;
}

/** Keys come from outside and may be any text, so a file is named by the hash of its key. */
const fileOf = (key: string): string => `${createHash('sha256').update(key).digest('hex').slice(0, 40)}.json`;

export async function openJournalFolder<Schema extends z.ZodMiniType>(
  folder: string,
  schema: Schema,
): Promise<JournalFolder<z.output<Schema>>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const readFileNamed = async (name: string): Promise<z.output<Schema> | null> => {
    const text = await readTextIfThere(join(folder, name));
    return text === null ? null : schema.parse(JSON.parse(text));
  };
  return {
    read: (key) => readFileNamed(fileOf(key)),
    write: (key, entry) => writeDurably(join(folder, fileOf(key)), JSON.stringify(entry)),
    remove: (key) => removeDurably(join(folder, fileOf(key))),
    list: async () => {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
      const entries = await Promise.all(names.map(readFileNamed));
      return entries.filter((entry) => entry !== null);
    },
  };
}
