/** PostgreSQL servers as the process list of this machine shows them. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { waitUntil } from '../act/wait-until.ts';

export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly dataDirectory: string;
}

async function commandLine(pid: string): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  } catch (error) {
    // It ended between the two looks.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return [];
    throw error;
  }
}

const pids = async (): Promise<readonly string[]> => (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));

const setting = (words: readonly string[], name: string): string | undefined =>
  words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

/** Servers whose data directory is below `folder`. */
export async function serversBelow(folder: string): Promise<readonly Server[]> {
  const found = await Promise.all(
    (await pids()).map(async (pid) => {
      const words = await commandLine(pid);
      const dataDirectory = setting(words, 'data_directory');
      const port = setting(words, 'port');
      if (dataDirectory === undefined || port === undefined || !dataDirectory.startsWith(`${folder}/`)) return [];
      return [{ pid: Number(pid), port: Number(port), dataDirectory }];
    }),
  );
  return found.flat().sort((left, right) => left.dataDirectory.localeCompare(right.dataDirectory));
}

/** The last resort of a bed's end: a server that its agent left behind. */
export async function killServersBelow(folder: string): Promise<void> {
  for (const { pid } of await serversBelow(folder)) process.kill(pid, 'SIGKILL');
  await waitUntil('the servers to end', 10_000, async () =>
    (await serversBelow(folder)).length === 0 ? true : undefined,
  );
}

async function folderOf(pid: string): Promise<string> {
  // It ended between the two looks.
  return await readlink(`/proc/${pid}/cwd`).catch(() => '');
}

/** Processes in state T (stopped) that work below `folder`. */
export async function stoppedBelow(folder: string): Promise<readonly number[]> {
  const found = await Promise.all(
    (await pids()).map(async (pid) => {
      if (!(await folderOf(pid)).startsWith(`${folder}/`)) return [];
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      return /^State:\s+T/m.test(status) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
