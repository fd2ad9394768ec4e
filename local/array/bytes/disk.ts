import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { HoldWriters, InTurn } from '../holder/hold-writers.ts';
import type { CopyTree } from './copy-tree.ts';
import type { Footprint } from './footprint.ts';
import { OPEN_FOLDER_MODE, type Layout } from './layout.ts';
import type { Swaps } from './swaps.ts';

/** Runs when the bytes are copied and writers still held: where a fault may wait. */
export type Midway = () => Promise<void>;

/** Puts footprints on disk and takes them away. */
export interface Disk {
  /**
   * Makes all of them or none. Returns the instant (Unix seconds) that live copies stand for, when there are any.
   * Throws when the writers could not be held throughout.
   */
  make(footprints: readonly Footprint[], midway?: Midway): Promise<number | undefined>;
  /** What is not there counts as removed. */
  remove(footprints: readonly Footprint[]): Promise<void>;
  /** Gives volumes other bytes. */
  readonly swaps: Swaps;
  /** Runs the work while no live copy is made. */
  readonly inTurn: InTurn;
}

export interface DiskOptions {
  readonly layout: Layout;
  readonly copyTree: CopyTree;
  readonly holdWriters: HoldWriters;
  readonly inTurn: InTurn;
  readonly swaps: Swaps;
  /** Unix seconds. */
  readonly now: () => number;
}

/** Trees copied at the same time: more only makes them wait for the same disk. */
const COPIES_AT_ONCE = 4;

type Kind = Footprint['kind'];
const MAKE_ORDER: readonly Kind[] = ['host', 'bytes', 'device'];
const REMOVE_ORDER: readonly Kind[] = ['device', 'bytes', 'host'];

async function inParallel(
  footprints: readonly Footprint[],
  work: (footprint: Footprint) => Promise<void>,
): Promise<void> {
  const queue = footprints.values();
  const worker = async (): Promise<void> => {
    for (const footprint of queue) await work(footprint);
  };
  const results = await Promise.allSettled(Array.from({ length: COPIES_AT_ONCE }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, OPEN_FOLDER_MODE);
}

/** What a device entry points to, relative to the host's device root, so that the data directory can be moved. */
export const deviceTarget = (id: number): string => join('..', '..', 'volumes', String(id));

/** Appears at once: a half-made entry is never seen. */
async function makeDevice(layout: Layout, host: string, serial: string, id: number): Promise<void> {
  const entry = layout.device(host, serial);
  const draft = join(layout.host(host), `.${serial}.${randomUUID()}`);
  await symlink(deviceTarget(id), draft);
  await rename(draft, entry);
}

const isLiveCopy = (footprint: Footprint): boolean => footprint.kind === 'bytes' && footprint.live;

export function createDisk({ layout, copyTree, holdWriters, inTurn, swaps, now }: DiskOptions): Disk {
  const makeOne = async (footprint: Footprint): Promise<void> => {
    switch (footprint.kind) {
      case 'host':
        return makeFolder(layout.host(footprint.name));
      case 'bytes':
        return footprint.copyOf === undefined
          ? makeFolder(layout.volume(footprint.id))
          : copyTree(layout.volume(footprint.copyOf), layout.volume(footprint.id));
      case 'device':
        return makeDevice(layout, footprint.host, footprint.serial, footprint.id);
    }
  };

  const removeOne = async (footprint: Footprint): Promise<void> => {
    switch (footprint.kind) {
      case 'host':
        return removeFolderIfEmpty(layout.host(footprint.name));
      case 'bytes':
        return rm(layout.volume(footprint.id), { recursive: true, force: true, maxRetries: 5 });
      case 'device':
        return rm(layout.device(footprint.host, footprint.serial), { force: true });
    }
  };

  const remove = async (footprints: readonly Footprint[]): Promise<void> => {
    for (const kind of REMOVE_ORDER)
      await inParallel(
        footprints.filter((footprint) => footprint.kind === kind),
        removeOne,
      );
  };

  /**
   * All live copies of one request stand for one instant. The writers stay stopped until the copy is complete, because a
   * plain copy is as long as the data is big and only a reflink copy is quick: correct first, quick where the file system can.
   */
  const copyLive = async (live: readonly Footprint[], midway: Midway): Promise<number> => {
    const sources = live.flatMap((footprint) =>
      footprint.kind === 'bytes' && footprint.copyOf !== undefined ? [layout.volume(footprint.copyOf)] : [],
    );
    return holdWriters(sources, async () => {
      const heldAtSeconds = now();
      await inParallel(live, makeOne);
      await midway();
      return heldAtSeconds;
    });
  };

  return {
    remove,
    swaps,
    inTurn,
    make: async (footprints, midway = async () => Promise.resolve()) => {
      const live = footprints.filter(isLiveCopy);
      const calm = footprints.filter((footprint) => !isLiveCopy(footprint));
      try {
        const heldAtSeconds = live.length === 0 ? undefined : await copyLive(live, midway);
        for (const kind of MAKE_ORDER)
          await inParallel(
            calm.filter((footprint) => footprint.kind === kind),
            makeOne,
          );
        if (live.length === 0) await midway();
        return heldAtSeconds;
      } catch (error) {
        await remove(footprints);
        throw error;
      }
    },
  };
}

/** A device root with entries of somebody else's making stays, rather than taking them along. */
async function removeFolderIfEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    const stays = (await lstat(path).catch(() => undefined)) !== undefined;
    if (stays && !(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error;
  }
}
