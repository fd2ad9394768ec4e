import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './started-array.ts';

export interface Folder {
  readonly path: string;
  /** Known to share blocks of copies; otherwise the array has to find out. */
  readonly isReflink: boolean;
  remove(): Promise<void>;
}

const MKFS = '/usr/sbin/mkfs.xfs';
const MOUNT = '/bin/mount';
const UNMOUNT = '/bin/umount';
const IMAGE_BYTES = 3 * 1024 ** 3;

const canMount = (): boolean => process.platform === 'linux' && process.getuid?.() === 0 && existsSync(MKFS);

/** A folder on an XFS file system of its own, in a file, where this process may mount one; a plain one elsewhere. */
export async function reflinkFolder(): Promise<Folder> {
  const root = await temporaryFolder();
  const removeRoot = (): Promise<void> => rm(root, { recursive: true, force: true });
  if (!canMount()) return { path: root, isReflink: false, remove: removeRoot };
  const [image, path] = [join(root, 'image'), join(root, 'mounted')];
  try {
    const file = await open(image, 'w');
    await file.truncate(IMAGE_BYTES);
    await file.close();
    execFileSync(MKFS, ['-q', '-m', 'reflink=1', image]);
    await mkdir(path);
    execFileSync(MOUNT, ['-o', 'loop', image, path]);
  } catch (error) {
    await removeRoot();
    throw error;
  }
  return {
    path,
    isReflink: true,
    remove: async () => {
      // Detached at once, and ended by the kernel when nobody has a file open there any more.
      execFileSync(UNMOUNT, ['--lazy', path]);
      await removeRoot();
    },
  };
}
