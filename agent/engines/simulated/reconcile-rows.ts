import { stat } from 'node:fs/promises';
import { AgentFailure } from '../../failure.ts';
import { readTextIfThere, writeDurably } from '../../journal/durable-file.ts';
import { logRowsPath, rowsPath, wholeLines } from './database-files.ts';

/**
 * Puts data and log in step after a writer, or the instant of a copy, stopped between the two: the log is written first,
 * so it may be one row ahead, which is then added to the data. Both hold the same text, so equal sizes need no look.
 * @throws AgentFailure ENGINE_FAILED when data is ahead of its log: the volumes are not of one instant.
 */
export async function reconcileRows(dataVolume: string, logVolume: string): Promise<void> {
  const [dataPath, logPath] = [rowsPath(dataVolume), logRowsPath(logVolume)];
  if ((await stat(dataPath)).size === (await stat(logPath)).size) return;
  const rows = wholeLines((await readTextIfThere(dataPath)) ?? '');
  const log = wholeLines((await readTextIfThere(logPath)) ?? '');
  if (rows.length > log.length || rows.some((row, index) => row !== log[index])) {
    throw new AgentFailure(
      'ENGINE_FAILED',
      `data (${rows.length} rows) and log (${log.length} rows) are not of one instant`,
    );
  }
  const text = log.map((line) => `${line}\n`).join('');
  await writeDurably(logPath, text, { mode: 0o644 });
  await writeDurably(dataPath, text, { mode: 0o644 });
}
