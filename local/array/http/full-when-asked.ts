import { refused } from '../api-error.ts';
import type { Disk } from '../bytes/disk.ts';
import { FULL_MESSAGE } from '../full.ts';
import type { Faults } from './faults.ts';

/** A disk on which nothing new has room while a fault says so. */
export function fullWhenAsked(faults: Faults, disk: Disk): Disk {
  const requireRoom = (): void => {
    if (faults.refusesBytes()) throw refused(FULL_MESSAGE);
  };
  return {
    ...disk,
    make: async (footprints, midway) => {
      if (footprints.some(({ kind }) => kind === 'bytes')) requireRoom();
      return disk.make(footprints, midway);
    },
    swaps: {
      ...disk.swaps,
      prepare: async (replacements, isLive) => {
        requireRoom();
        return disk.swaps.prepare(replacements, isLive);
      },
    },
  };
}
