import { maxArrayNameLength } from '../../domain/array-names.ts';
import { arrayRefused } from '../../domain/errors.ts';
import type { ArraySnapshot, ArrayView, SnapshotSource } from '../../ports/sdp.ts';
import type { MemoryState } from './array-contents.ts';

export const ensureSnapshot = (
  state: MemoryState,
  name: string,
  source: SnapshotSource,
  nowSeconds: number,
): ArraySnapshot => {
  const what = `take the snapshot ${name} of ${source.name}`;
  const sourceName = nameOfSource(state, source);
  if (sourceName === undefined) throw arrayRefused(what, `there is no ${source.kind} ${source.id}`);
  if (state.views.has(name)) throw arrayRefused(what, `${name} exists and is a view`);
  const existing = state.snapshots.get(name);
  if (existing !== undefined && existing.source !== sourceName) {
    throw arrayRefused(what, `${name} exists and is made of ${existing.source}, not of ${sourceName}`);
  }
  checkName(what, name);
  const snapshot = existing ?? { id: state.nextId(), name, source: sourceName, takenAtSeconds: nowSeconds };
  state.snapshots.set(name, snapshot);
  return { id: snapshot.id, name, takenAtSeconds: snapshot.takenAtSeconds };
};

export const removeSnapshot = (state: MemoryState, name: string): void => {
  const what = `remove the snapshot ${name}`;
  if (state.views.has(name)) throw arrayRefused(what, `${name} is a view`);
  if ([...state.views.values()].some((view) => view.snapshot === name)) throw arrayRefused(what, 'it has views');
  state.snapshots.delete(name);
};

export const ensureView = (state: MemoryState, name: string, snapshotName: string): ArrayView => {
  const what = `make the view ${name} of ${snapshotName}`;
  if (!state.snapshots.has(snapshotName)) throw arrayRefused(what, `there is no snapshot ${snapshotName}`);
  if (state.snapshots.has(name)) throw arrayRefused(what, `${name} exists and is a snapshot`);
  const existing = state.views.get(name);
  if (existing !== undefined && existing.snapshot !== snapshotName) {
    throw arrayRefused(what, `${name} exists and is made of ${existing.snapshot}, not of ${snapshotName}`);
  }
  checkName(what, name);
  const view = existing ?? {
    id: state.nextId(),
    name,
    snapshot: snapshotName,
    volumes: rootVolumeIds(state, snapshotName).map((volumeId) => ({ serial: serialOf(state.nextId()), volumeId })),
  };
  state.views.set(name, view);
  return { id: view.id, name, volumes: view.volumes };
};

export const removeView = (state: MemoryState, name: string): void => {
  const what = `remove the view ${name}`;
  if (state.snapshots.has(name)) throw arrayRefused(what, `${name} is a snapshot`);
  if (state.mappings.some(({ view }) => view === name)) throw arrayRefused(what, 'it is mapped');
  if ([...state.snapshots.values()].some(({ source }) => source === name)) throw arrayRefused(what, 'it has snapshots');
  state.views.delete(name);
};

const checkName = (what: string, name: string): void => {
  if (name === '' || name.length > maxArrayNameLength) {
    throw arrayRefused(what, `a name has 1 to ${maxArrayNameLength} characters`);
  }
};

const nameOfSource = (state: MemoryState, source: SnapshotSource): string | undefined => {
  const candidates = source.kind === 'view' ? state.views : state.groups;
  return [...candidates.values()].find(({ id }) => id === source.id)?.name;
};

/** Follows snapshot → view → snapshot … down to the volume group. */
const rootVolumeIds = (state: MemoryState, snapshotName: string): readonly number[] => {
  const sourceName = state.snapshots.get(snapshotName)?.source ?? '';
  const view = state.views.get(sourceName);
  if (view !== undefined) return view.volumes.map(({ volumeId }) => volumeId);
  return state.groups.get(sourceName)?.volumes.map(({ id }) => id) ?? [];
};

/** Eight characters, as short as the array's own. */
const serialOf = (id: number): string => `0a${id.toString(16).padStart(6, '0')}`;
