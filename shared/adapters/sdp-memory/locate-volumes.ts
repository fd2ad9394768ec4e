import type { LocatedVolume, SnapshotSource } from '../../ports/sdp.ts';
import type { MemoryState } from './array-contents.ts';

export const locateVolumes = (state: MemoryState, serials: readonly string[]): LocatedVolume[] => {
  const roots = [...state.groups.values()].flatMap((group) =>
    group.volumes.map((volume) => {
      const source: SnapshotSource = { kind: 'volume-group', id: group.id, name: group.name };
      const { id: volumeId, name: volumeName, serial, sizeMib } = volume;
      return { serial, volumeId, volumeName, volumeGroupId: group.id, volumeGroupName: group.name, sizeMib, source };
    }),
  );
  const ofViews = [...state.views.values()].flatMap((view) =>
    view.volumes.flatMap(({ serial, volumeId }) => {
      const source: SnapshotSource = { kind: 'view', id: view.id, name: view.name };
      return roots.filter((root) => root.volumeId === volumeId).map((root) => ({ ...root, serial, source }));
    }),
  );
  const all = [...roots, ...ofViews];
  return [...new Set(serials)].flatMap((serial) => all.filter((volume) => volume.serial === serial));
};
