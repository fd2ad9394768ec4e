import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod/mini';

export interface FileAttributes {
  /** Permission bits, 0600 unless told. */
  readonly mode?: number;
  readonly owner?: { readonly uid: number; readonly gid: number } | null;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Replaces a file so that after a crash either the old or the new content is there, whole.
 * Written under a name nobody can guess or has made before (`wx`), so that a link planted by another user is not followed.
 */
export async function writeDurably(path: string, text: string, attributes: FileAttributes = {}): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(draft, 'wx', attributes.mode ?? 0o600);
    try {
      await file.writeFile(text);
      if (attributes.owner) await file.chown(attributes.owner.uid, attributes.owner.gid);
      await file.chmod(attributes.mode ?? 0o600);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Removes a file for good; one that is not there is fine. */
export async function removeDurably(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

const hasCode = z.object({ code: z.string() });

/** True for the error a file-system call gives when the path (or a folder above it) does not exist. */
export function isNotFound(error: unknown): boolean {
  const parsed = hasCode.safeParse(error);
  return parsed.success && (parsed.data.code === 'ENOENT' || parsed.data.code === 'ENOTDIR');
}

/** The file's text, or null where there is none. */
export async function readTextIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
