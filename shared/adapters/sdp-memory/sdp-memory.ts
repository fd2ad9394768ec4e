import type { SdpPort, SnapshotSource } from '../../ports/sdp.ts';
import { emptyState, type MemoryContents } from './array-contents.ts';
import { capacityOf } from './capacity.ts';
import { createFaults, type Fault, type FaultSwitch } from './faults.ts';
import { ensureHost, ensureMapping, removeMappings } from './host-verbs.ts';
import { locateVolumes } from './locate-volumes.ts';
import { ensureSnapshot, ensureView, removeSnapshot, removeView } from './snapshot-verbs.ts';

export interface SdpMemory extends SdpPort {
  /** Puts originals on the array, as an operator would. Answers what a snapshot of them is taken of. */
  addVolumeGroup(
    name: string,
    volumes: readonly { readonly name: string; readonly serial: string; readonly sizeMib: number }[],
  ): SnapshotSource;
  /** Makes one later call of a verb fail; the answer says whether that has happened. */
  fail(fault: Fault): FaultSwitch;
  /** A copy of what is there now, in the order of creation. */
  contents(): MemoryContents;
}

/**
 * The array's double for unit tests: refuses what the array refuses, holds no bytes.
 * `now` gives milliseconds since the epoch, as the clock port does.
 */
export const createSdpMemory = ({ now }: { readonly now: () => number }): SdpMemory => {
  const state = emptyState();
  const faults = createFaults();
  return {
    describe: () =>
      faults.around('describe', () => ({ sdpId: '4242', name: 'memory', version: '8.0.0', state: 'ONLINE' })),
    capacity: () => faults.around('capacity', () => capacityOf(state)),
    locateVolumes: (serials) => faults.around('locateVolumes', () => locateVolumes(state, serials)),
    ensureHost: (host) => faults.around('ensureHost', () => ensureHost(state, host)),
    ensureSnapshot: (name, source) =>
      faults.around('ensureSnapshot', () => ensureSnapshot(state, name, source, Math.floor(now() / 1000))),
    removeSnapshot: (name) => faults.around('removeSnapshot', () => removeSnapshot(state, name)),
    ensureView: (name, snapshotName) => faults.around('ensureView', () => ensureView(state, name, snapshotName)),
    removeView: (name) => faults.around('removeView', () => removeView(state, name)),
    ensureMapping: (viewName, hostName) =>
      faults.around('ensureMapping', () => ensureMapping(state, viewName, hostName)),
    removeMappings: (viewName) => faults.around('removeMappings', () => removeMappings(state, viewName)),
    addVolumeGroup: (name, volumes) => {
      const group = { id: state.nextId(), name, volumes: volumes.map((volume) => ({ id: state.nextId(), ...volume })) };
      state.groups.set(name, group);
      return { kind: 'volume-group', id: group.id, name };
    },
    fail: (fault) => faults.set(fault),
    contents: () => ({
      snapshots: [...state.snapshots.values()],
      views: [...state.views.values()],
      mappings: state.mappings,
      hosts: [...state.hosts.values()],
    }),
  };
};
