/** What lies on the array in memory, as the tests see it. Views are kept beside snapshots, not among them. */
export interface MemoryVolume {
  readonly id: number;
  readonly name: string;
  readonly serial: string;
  readonly sizeMib: number;
}

export interface MemoryVolumeGroup {
  readonly id: number;
  readonly name: string;
  readonly volumes: readonly MemoryVolume[];
}

export interface MemorySnapshot {
  readonly id: number;
  readonly name: string;
  /** Name of the volume group, or of the view, that it was taken of. */
  readonly source: string;
  readonly takenAtSeconds: number;
  /** The root volumes that it holds. */
  readonly volumes: readonly { readonly volumeId: number }[];
}

export interface MemoryView {
  readonly id: number;
  readonly name: string;
  readonly snapshot: string;
  /** One per volume of the group, `volumeId` being the root volume. */
  readonly volumes: readonly { readonly serial: string; readonly volumeId: number }[];
}

export interface MemoryMapping {
  readonly view: string;
  readonly host: string;
}

export interface MemoryHost {
  readonly id: number;
  readonly name: string;
  readonly os: string;
  readonly iqns: readonly string[];
}

export interface MemoryContents {
  readonly snapshots: readonly MemorySnapshot[];
  readonly views: readonly MemoryView[];
  readonly mappings: readonly MemoryMapping[];
  readonly hosts: readonly MemoryHost[];
}

/** The mutable state behind one array in memory; every collection is keyed by name. */
export interface MemoryState {
  readonly groups: Map<string, MemoryVolumeGroup>;
  readonly snapshots: Map<string, MemorySnapshot>;
  readonly views: Map<string, MemoryView>;
  readonly hosts: Map<string, MemoryHost>;
  mappings: readonly MemoryMapping[];
  /** One sequence numbers everything, as on the array. */
  nextId(): number;
}

export const emptyState = (): MemoryState => {
  let lastId = 1;
  return {
    groups: new Map(),
    snapshots: new Map(),
    views: new Map(),
    hosts: new Map(),
    mappings: [],
    nextId: () => (lastId += 1),
  };
};
