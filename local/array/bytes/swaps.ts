import { lstat, rename, rm } from 'node:fs/promises';
import type { HoldWriters } from '../holder/hold-writers.ts';
import type { CopyTree } from './copy-tree.ts';
import type { Layout } from './layout.ts';

/** Volume `volume` gets the bytes that the directory of `from` holds (ids). */
export interface Replacement {
  readonly volume: number;
  readonly from: number;
}

/**
 * Puts copies in the place of volumes that have bytes already. Between `prepare` and `discard` a note of the volumes must
 * be kept, so that after a death in between `exchange` is called again.
 */
export interface Swaps {
  /**
   * Copies beside the volumes, which may take long and changes nothing. Throws with nothing left.
   * @param isLive processes may be writing to what is copied: they are held, and all copies are of one instant.
   */
  prepare(replacements: readonly Replacement[], isLive: boolean): Promise<void>;
  /** Processes that work under the volumes now, as messages name them. */
  usersOf(volumes: readonly number[]): readonly string[];
  /** Renames: copies in, what was there aside. Returns the processes that work under what is now aside. */
  exchange(volumes: readonly number[]): Promise<readonly string[]>;
  /** The opposite of `exchange`, from wherever that came to. */
  putBack(volumes: readonly number[]): Promise<void>;
  /** Removes what lies beside the volumes. */
  discard(volumes: readonly number[]): Promise<void>;
}

export interface SwapsOptions {
  readonly layout: Layout;
  readonly copyTree: CopyTree;
  readonly holdWriters: HoldWriters;
  readonly usersOf: (folders: readonly string[]) => readonly string[];
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Each step may have been done already, before a death. */
async function take(waiting: string, place: string, aside: string): Promise<void> {
  if (!(await isThere(waiting))) return;
  if (!(await isThere(aside))) await rename(place, aside);
  await rename(waiting, place);
}

export function createSwaps({ layout, copyTree, holdWriters, usersOf }: SwapsOptions): Swaps {
  const discard = async (volumes: readonly number[]): Promise<void> => {
    for (const path of volumes.flatMap((id) => [layout.incoming(id), layout.outgoing(id)]))
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
  };

  return {
    prepare: async (replacements, isLive) => {
      const copy = async (): Promise<void> => {
        for (const { volume, from } of replacements) await copyTree(layout.volume(from), layout.incoming(volume));
      };
      const volumes = replacements.map(({ volume }) => volume);
      // What a failed removal left must not be taken for a part of this one.
      await discard(volumes);
      try {
        if (!isLive) await copy();
        else
          await holdWriters(
            replacements.map(({ from }) => layout.volume(from)),
            copy,
          );
      } catch (error) {
        await discard(volumes);
        throw error;
      }
    },
    usersOf: (volumes) => usersOf(volumes.map((id) => layout.volume(id))),
    exchange: async (volumes) => {
      for (const id of volumes) await take(layout.incoming(id), layout.volume(id), layout.outgoing(id));
      // Who opened a file between the last look and the renames holds it under the new name of its folder.
      return usersOf(volumes.map((id) => layout.outgoing(id)));
    },
    putBack: async (volumes) => {
      for (const id of volumes) await take(layout.outgoing(id), layout.volume(id), layout.incoming(id));
    },
    discard,
  };
}
