/**
 * What the flows need of the storage array, in our words. `shared/adapters/sdp-http` speaks the array's REST API
 * (contract sdp-rest), `shared/adapters/sdp-memory` is the double of the unit tests; one contract suite runs against both.
 *
 * Every verb may be repeated: `ensure...` finds what exists under that name, `remove...` treats "not there" as done.
 * Names are ours (`shared/domain/array-names.ts`), at most 42 characters, unique on the array.
 *
 * Errors: `ArrayRefused` (the array says no, repeating is useless), `ArrayUnavailable` (time-out, 5xx, busy, 429:
 * repeat later; the effect may have happened).
 */

/** A thing a snapshot can be taken of: the volume group of originals, or the view that a clone lives on. */
export interface SnapshotSource {
  readonly kind: 'volume-group' | 'view';
  /** Id on the array. */
  readonly id: number;
  readonly name: string;
}

/** A disk as a host sees it, found on the array by its SCSI serial. */
export interface LocatedVolume {
  readonly serial: string;
  /** The root volume, also when the serial belongs to a view of it: the key that joins a source disk with its copy. */
  readonly volumeId: number;
  readonly volumeName: string;
  readonly volumeGroupId: number;
  readonly volumeGroupName: string;
  readonly sizeMib: number;
  readonly source: SnapshotSource;
}

export interface ArrayHost {
  readonly id: number;
  readonly name: string;
}

export interface ArraySnapshot {
  readonly id: number;
  readonly name: string;
  /** Unix seconds of the instant that the snapshot holds. */
  readonly takenAtSeconds: number;
}

export interface ArrayView {
  readonly id: number;
  readonly name: string;
  /** One entry per volume of the group: its own serial on this view. */
  readonly volumes: readonly { readonly serial: string; readonly volumeId: number }[];
}

export interface SdpPort {
  /** Identity of the array (`system_id`), a string everywhere in the product. */
  describe(): Promise<{ readonly sdpId: string; readonly name: string }>;
  /** Finds disks by serial; serials unknown to the array are left out of the answer. */
  locateVolumes(serials: readonly string[]): Promise<readonly LocatedVolume[]>;
  /** Creates the host and its initiator when absent. Shared by all clones of that host, so nothing ever removes it. */
  ensureHost(host: { readonly name: string; readonly os: string; readonly iqn: string }): Promise<ArrayHost>;
  /** One instant over all volumes of the source. */
  ensureSnapshot(name: string, source: SnapshotSource): Promise<ArraySnapshot>;
  removeSnapshot(name: string): Promise<void>;
  /** A writable thin copy of the snapshot; no host sees it before it is mapped. */
  ensureView(name: string, snapshotName: string): Promise<ArrayView>;
  removeView(name: string): Promise<void>;
  /** Makes every volume of the view visible to the host. */
  ensureMapping(viewName: string, hostName: string): Promise<void>;
  /** Takes the view away from every host. */
  removeMappings(viewName: string): Promise<void>;
}
