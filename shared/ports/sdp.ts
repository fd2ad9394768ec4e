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

export type { ArrayTrust } from '../domain/array.ts';

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

/** What an array shows before anybody trusts it: for a person to compare with what the array's own console says. */
export interface PresentedCertificate {
  /** Of the leaf; hex pairs with colons, upper case. */
  readonly sha256: string;
  /** One line, `CN=array1, O=Example`. */
  readonly subject: string;
  readonly issuer: string;
  /** Unix seconds. */
  readonly validToSeconds: number;
}

/** What an array says of itself (`system/state`). */
export interface ArrayDescription {
  /** Identity of the array (`system_id`), a string everywhere in the product. */
  readonly sdpId: string;
  readonly name: string;
  readonly version: string;
  /** `ONLINE` when it serves disks. */
  readonly state: string;
}

/** KiB (`system/capacity`). */
export interface ArrayCapacity {
  readonly totalKib: number;
  readonly freeKib: number;
  readonly allocatedKib: number;
  /** What hosts were promised, thin or not: may exceed the total. */
  readonly provisionedKib: number;
  /** `ok` unless the array is running full. */
  readonly state: string;
}

export interface SdpPort {
  describe(): Promise<ArrayDescription>;
  capacity(): Promise<ArrayCapacity>;
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
