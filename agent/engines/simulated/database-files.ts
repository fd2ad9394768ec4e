import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { isNotFound } from '../../journal/durable-file.ts';

/** `database.json` of a simulated database: what a real engine keeps in its system tables. */
export const DatabaseHeader = z.strictObject({
  format: z.literal('reprise-simulated-1'),
  name: z.string().check(z.minLength(1)),
  /** Serial of the volume that holds the log, null when it lies beside the rows. */
  log_serial: z.nullable(z.string()),
  state: z.enum(['ONLINE', 'RESTORING']),
});
export type DatabaseHeader = z.infer<typeof DatabaseHeader>;

export const headerPath = (volume: string): string => join(volume, 'database.json');
/** One JSON value per line, append only. */
export const rowsPath = (volume: string): string => join(volume, 'rows.ndjson');
/** The same rows, written first: a row is acknowledged when both are on disk. */
export const logRowsPath = (volume: string): string => join(volume, 'log.ndjson');
/** While this file is there, nobody appends. */
export const freezeMarkerPath = (volume: string): string => join(volume, 'frozen.json');
/** Held by whoever appends a row. */
export const appendLockPath = (volume: string): string => join(volume, 'append.lock');

/** Null when there is no database on this volume. @throws Error when what is there is not understood. */
export async function readHeader(volume: string): Promise<DatabaseHeader | null> {
  try {
    return DatabaseHeader.parse(JSON.parse(await readFile(headerPath(volume), 'utf8')));
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** A last line without its end was never acknowledged. */
export const wholeLines = (text: string): readonly string[] => text.split('\n').slice(0, -1);
