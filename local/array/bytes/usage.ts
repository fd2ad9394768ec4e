import { constants } from 'node:fs';
import { copyFile, lstat, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../api-error.ts';
import type { Lookup } from '../resources/definition.ts';
import { refIn, refPath } from '../resources/value.ts';
import type { Layout } from './layout.ts';
import { sharedBytes } from './shared-extents.ts';

/** What the bytes of the array, or of one object of it, cost. */
export interface Usage {
  /** `shared`: copies share blocks until written (reflink). `full`: the file system cannot, every copy is a full one. */
  readonly copies: 'shared' | 'full';
  /** Bytes as if nothing was shared. */
  readonly apparent_bytes: number;
  /** Bytes in blocks that no other file uses, and the rest; null where blocks are shared and this machine cannot tell which. */
  readonly unique_bytes: number | null;
  readonly shared_bytes: number | null;
  /** Of the whole file system under the data directory: what a copy really added is the difference of two readings. */
  readonly file_system: { readonly total_bytes: number; readonly free_bytes: number };
}

const BLOCK_BYTES = 512;

interface Allocation {
  readonly bytes: number;
  /** Regular files that have blocks. */
  readonly files: readonly string[];
}

const NOTHING: Allocation = { bytes: 0, files: [] };

/** What goes away meanwhile counts as nothing. */
async function unlessGone<Result>(work: Promise<Result>, gone: Result): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return gone;
    throw error;
  }
}

async function allocated(path: string): Promise<Allocation> {
  const entry = await lstat(path);
  const bytes = entry.blocks * BLOCK_BYTES;
  if (!entry.isDirectory()) return { bytes, files: entry.isFile() && bytes > 0 ? [path] : [] };
  const children = (await readdir(path)).map((name) => join(path, name));
  return sum([{ bytes, files: [] }, await allocatedUnder(children)]);
}

const sum = (parts: readonly Allocation[]): Allocation => ({
  bytes: parts.reduce((total, { bytes }) => total + bytes, 0),
  files: parts.flatMap(({ files }) => files),
});

async function allocatedUnder(paths: readonly string[]): Promise<Allocation> {
  const parts: Allocation[] = [];
  for (const path of paths) parts.push(await unlessGone(allocated(path), NOTHING));
  return sum(parts);
}

/** Tries it: no other question to a file system has a sure answer. */
async function sharesBlocks({ volumes }: Layout): Promise<boolean> {
  // Each question has its own folder, and what a killed array leaves there is removed at the next start.
  const folder = await mkdtemp(join(volumes, '.reflink-'));
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  try {
    await writeFile(from, 'x'.repeat(4096));
    // ENOTSUP, EINVAL or EXDEV, depending on the file system: all mean no.
    return await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(
      () => true,
      () => false,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The directories of a volume, of one disk of a snapshot or view, or of all its disks. Throws a 404. */
function directoriesOf(id: number, layout: Layout, lookup: Lookup): readonly string[] {
  const volume = lookup.find('volumes', id);
  if (volume !== undefined) return refIn(volume, 'volume_group') === undefined ? [] : [layout.volume(id)];
  if (lookup.find('volsnaps', id) !== undefined) return [layout.volume(id)];
  if (lookup.find('snapshots', id) === undefined) throw new ApiError(404, `no volume or snapshot has the id ${id}`);
  return [...lookup.ids('volsnaps', 'snapshot.ref', refPath('snapshots', id))].map((disk) => layout.volume(disk));
}

/**
 * Walks the bytes of everything, or of the volume, volsnap, snapshot or view with the id, so it takes as long as there
 * are files.
 */
export async function measureUsage(layout: Layout, lookup: Lookup, id: number | undefined): Promise<Usage> {
  const shares = await sharesBlocks(layout);
  const { bytes, files } = await allocatedUnder(
    id === undefined ? [layout.volumes] : directoriesOf(id, layout, lookup),
  );
  const shared = shares ? await sharedBytes(files) : 0;
  const fileSystem = await statfs(layout.dataDir);
  return {
    copies: shares ? 'shared' : 'full',
    apparent_bytes: bytes,
    unique_bytes: shared === null ? null : bytes - shared,
    shared_bytes: shared,
    file_system: {
      total_bytes: fileSystem.blocks * fileSystem.bsize,
      free_bytes: fileSystem.bavail * fileSystem.bsize,
    },
  };
}
