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
  const volumes = existing?.volumes ?? rootVolumesOf(state, source);
  if (volumes.length === 0) throw arrayRefused(what, `${sourceName} has no volumes to take a snapshot of`);
  const snapshot = existing ?? { id: state.nextId(), name, source: sourceName, takenAtSeconds: nowSeconds, volumes };
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
  const snapshot = state.snapshots.get(snapshotName);
  if (snapshot === undefined) throw arrayRefused(what, `there is no snapshot ${snapshotName}`);
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
    volumes: snapshot.volumes.map(({ volumeId }) => ({ serial: serialOf(state.nextId()), volumeId })),
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

const namePattern = /^[A-Za-z0-9_.-]+$/;

const checkName = (what: string, name: string): void => {
  if (name.length > maxArrayNameLength || !namePattern.test(name)) {
    throw arrayRefused(what, `a name has 1 to ${maxArrayNameLength} characters of A-Z a-z 0-9 _ . -`);
  }
};

const nameOfSource = (state: MemoryState, source: SnapshotSource): string | undefined => {
  const candidates = source.kind === 'view' ? state.views : state.groups;
  return [...candidates.values()].find(({ id }) => id === source.id)?.name;
};

/** A view holds the root volumes that its snapshot held, whatever the group has become since. */
const rootVolumesOf = (state: MemoryState, source: SnapshotSource): readonly { readonly volumeId: number }[] => {
  if (source.kind === 'view') {
    const view = [...state.views.values()].find(({ id }) => id === source.id);
    return view?.volumes.map(({ volumeId }) => ({ volumeId })) ?? [];
  }
  const group = [...state.groups.values()].find(({ id }) => id === source.id);
  return group?.volumes.map(({ id }) => ({ volumeId: id })) ?? [];
};

/** Eight characters, as short as the array's own. */
const serialOf = (id: number): string => `0a${id.toString(16).padStart(6, '0')}`;
