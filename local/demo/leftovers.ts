/**
 * What there is besides the product's own words: objects on the array, entries in the device roots, bytes in its
 * folders, and processes. Two looks, before and after, tell what was left.
 */
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Site } from '../site/site.ts';
import { collections, listArray } from './array-listing.ts';

/** One line per thing, the same line for the same thing. */
export type Traces = ReadonlySet<string>;

async function entriesOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('.'));
}

async function onArray(site: Site): Promise<readonly string[]> {
  const listing = await listArray(site.array);
  return collections.flatMap((collection) =>
    listing[collection].map(
      ({ id, name }) => `array: ${collection}/${String(id)}${typeof name === 'string' ? ` (${name})` : ''}`,
    ),
  );
}

async function inDeviceRoots(arrayDataDir: string): Promise<readonly string[]> {
  const root = join(arrayDataDir, 'hosts');
  const hosts = await entriesOf(root);
  const entries = await Promise.all(
    hosts.map(async (host) => (await entriesOf(join(root, host))).map((serial) => `${host}/${serial}`)),
  );
  return entries.flat().map((entry) => `device root: ${entry}`);
}

async function withBytes(arrayDataDir: string): Promise<readonly string[]> {
  return (await entriesOf(join(arrayDataDir, 'volumes'))).map((id) => `bytes on the array: volume ${id}`);
}

async function processTrace(pid: string, folders: readonly string[]): Promise<string | undefined> {
  try {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    if (command === '') return undefined; // Ended, or of the kernel.
    const cwd = (await readlink(`/proc/${pid}/cwd`)).replace(/ \(deleted\)$/, '');
    const isOurs = folders.some((folder) => cwd.startsWith(`${folder}/`) || command.includes(`${folder}/`));
    if (!isOurs) return undefined;
    // A server's workers come and go and change their titles: the folder they work in is what counts.
    return command.startsWith('postgres:')
      ? `process: PostgreSQL worker in ${cwd}`
      : `process: ${command.slice(0, 200)}`;
  } catch {
    return undefined; // It ended meanwhile, or belongs to somebody else.
  }
}

/** Processes that work in these folders or name them on their command line. */
export async function processesIn(folders: readonly string[]): Promise<readonly string[]> {
  const own = String(process.pid);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== own);
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  const traces = await Promise.all(pids.map((pid) => processTrace(pid, [...new Set([...folders, ...real])])));
  return traces.filter((trace) => trace !== undefined);
}

export async function look(site: Site): Promise<Traces> {
  const { arrayDataDir, dataDir } = site;
  const found = await Promise.all([
    onArray(site),
    inDeviceRoots(arrayDataDir),
    withBytes(arrayDataDir),
    processesIn([dataDir, arrayDataDir]),
  ]);
  return new Set(found.flat());
}

export const leftBetween = (before: Traces, after: Traces): readonly string[] =>
  [...after].filter((trace) => !before.has(trace)).sort();
