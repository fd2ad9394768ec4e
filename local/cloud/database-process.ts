/** Two databases on one file would spoil it: a record of the process, and the end of one whose parent was killed. */
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const record = z.object({ pid: z.int().positive(), parentPid: z.int().positive() });

const recordFile = (databaseFile: string): string => `${databaseFile}.process.json`;

const endDeadlineMilliseconds = 5_000;

const readIfThere = async (file: string): Promise<string | null> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // ESRCH: the process ended between opening and reading its /proc file.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null;
    throw error;
  }
};

/** The parent of the process when it still is a database on that file, else null: process ids are used again. */
const parentOfDatabase = async (pid: number, databaseFile: string): Promise<number | null> => {
  const commandLine = await readIfThere(`/proc/${pid}/cmdline`);
  if (commandLine?.split('\0').includes(databaseFile) !== true) return null;
  const parent = /^PPid:\s*(\d+)$/m.exec((await readIfThere(`/proc/${pid}/status`)) ?? '')?.[1];
  return parent === undefined ? null : Number(parent);
};

export const recordDatabaseProcess = (databaseFile: string, pid: number): Promise<void> =>
  writeFile(recordFile(databaseFile), JSON.stringify({ pid, parentPid: process.pid }));

/** Ends the database that a killed embedded cloud left behind. Throws when a living one still uses the file. */
export const endOrphan = async (databaseFile: string): Promise<void> => {
  const text = await readIfThere(recordFile(databaseFile));
  if (text === null) return;
  const { pid, parentPid } = record.parse(JSON.parse(text));
  const parent = await parentOfDatabase(pid, databaseFile);
  if (parent === null) return;
  if (parent === parentPid) throw new Error(`process ${parentPid} runs an embedded cloud on ${databaseFile}`);
  process.kill(pid, 'SIGTERM');
  const giveUpAt = Date.now() + endDeadlineMilliseconds;
  while ((await parentOfDatabase(pid, databaseFile)) !== null) {
    if (Date.now() > giveUpAt) throw new Error(`process ${pid}, left on ${databaseFile}, does not end`);
    await delay(20);
  }
};
