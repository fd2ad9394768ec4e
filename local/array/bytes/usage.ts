import { constants } from 'node:fs';
import { copyFile, lstat, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout } from './layout.ts';

/** What the bytes of the array cost. */
export interface Usage {
  /** `shared`: copies share blocks until written (reflink). `full`: the file system cannot, every copy is a full one. */
  readonly copies: 'shared' | 'full';
  /** Bytes of all volumes, snapshots and views as if nothing was shared. */
  readonly apparent_bytes: number;
  /** Bytes used by nobody else; null where the file system shares blocks, because it does not tell which. */
  readonly unique_bytes: number | null;
  readonly shared_bytes: number | null;
  /** Of the whole file system under the data directory: what a copy really added is the difference of two readings. */
  readonly file_system: { readonly total_bytes: number; readonly free_bytes: number };
}

const BLOCK_BYTES = 512;

async function allocatedBytes(path: string): Promise<number> {
  const entry = await lstat(path);
  let bytes = entry.blocks * BLOCK_BYTES;
  if (!entry.isDirectory()) return bytes;
  for (const name of await readdir(path)) bytes += await allocatedBytes(join(path, name));
  return bytes;
}

/** Tries it: no other question to a file system has a sure answer. */
async function sharesBlocks(folder: string): Promise<boolean> {
  const [from, to] = [join(folder, '.reflink-from'), join(folder, '.reflink-to')];
  await writeFile(from, 'x'.repeat(4096));
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    // ENOTSUP, EINVAL or EXDEV, depending on the file system: all mean no.
    return false;
  } finally {
    await Promise.all([rm(from, { force: true }), rm(to, { force: true })]);
  }
}

/** Walks all bytes, so it takes as long as there are files. Objects that go away meanwhile make it throw. */
export async function measureUsage(layout: Layout): Promise<Usage> {
  const shares = await sharesBlocks(layout.dataDir);
  const apparent = await allocatedBytes(layout.volumes);
  const fileSystem = await statfs(layout.dataDir);
  return {
    copies: shares ? 'shared' : 'full',
    apparent_bytes: apparent,
    unique_bytes: shares ? null : apparent,
    shared_bytes: shares ? null : 0,
    file_system: {
      total_bytes: fileSystem.blocks * fileSystem.bsize,
      free_bytes: fileSystem.bavail * fileSystem.bsize,
    },
  };
}
