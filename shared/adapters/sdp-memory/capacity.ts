import type { ArrayCapacity } from '../../ports/sdp.ts';
import type { MemoryState } from './array-contents.ts';

const kibPerMib = 1024;
const totalKib = 100 * kibPerMib * kibPerMib;

/** Nothing is ever written to it, so only originals take room; what hosts were promised counts every copy. */
export const capacityOf = (state: MemoryState): ArrayCapacity => {
  const volumes = [...state.groups.values()].flatMap((group) => group.volumes);
  const sizeKib = new Map(volumes.map(({ id, sizeMib }) => [id, sizeMib * kibPerMib]));
  const originalsKib = sum([...sizeKib.values()]);
  const copies = [...state.snapshots.values(), ...state.views.values()].flatMap((copy) => copy.volumes);
  const copiesKib = sum(copies.map(({ volumeId }) => sizeKib.get(volumeId) ?? 0));
  const freeKib = Math.max(0, totalKib - originalsKib);
  return {
    totalKib,
    freeKib,
    allocatedKib: totalKib - freeKib,
    provisionedKib: originalsKib + copiesKib,
    state: 'ok',
  };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
