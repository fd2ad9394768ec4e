/** A storage array that was registered through the API, and what keeps it from being deleted. ADR 0011. */
import type { Database } from './database.ts';
import { DomainError } from './errors.ts';
import type { Host } from './host.ts';
import type { Snapshot } from './snapshot.ts';
import type { Task } from './task.ts';

/** How an array proves who it is. It is asked for that proof at every connection, before it is sent anything. */
export type ArrayTrust =
  /** A certificate under an authority that the system trusts. */
  | { readonly kind: 'system' }
  /** A certificate under one of these authorities, PEM. */
  | { readonly kind: 'ca'; readonly pem: string }
  /** Exactly this certificate: SHA-256 of it (the leaf, DER), 64 hex digits, with or without colons. */
  | { readonly kind: 'fingerprint'; readonly sha256: string };

/** Why nothing new begins on an array just now. */
export const beingRemoved = (sdpId: string): DomainError =>
  new DomainError('Refused', `array '${sdpId}' is being removed`);

/** As the array itself spells its id, for an installer that compares ignoring case; as given when `known` has no such. */
export function ownSpelling(sdpId: string, known: readonly string[]): string {
  if (known.includes(sdpId)) return sdpId;
  return known.find((one) => one.toLowerCase() === sdpId.toLowerCase()) ?? sdpId;
}

/** How an array is reached. */
export interface ArrayAddress {
  /** Base URL of its REST API. */
  readonly url: string;
  /** Name of the secret `{"username","password"}`; never its value. */
  readonly secretId: string;
  readonly trust: ArrayTrust;
}

/** The same, as far as it is shown to people: whose authority it is under is looked up where it was set. */
export interface ShownAddress extends Pick<ArrayAddress, 'url' | 'secretId'> {
  readonly trust: Exclude<ArrayTrust, { readonly kind: 'ca' }> | { readonly kind: 'ca' };
}

export interface RegisteredArray extends ArrayAddress {
  /** What the array says it is: its `system_id`. */
  readonly sdpId: string;
  readonly name: string;
  readonly registeredAtSeconds: number;
  /** Begins with the milliseconds of the registration and grows with every change: connections are kept by it. */
  readonly version: number;
  /** Names the removal that is under way and nothing new begins during, '' when there is none. */
  readonly removalId: string;
  /** 0 without a removal. */
  readonly removingSinceSeconds: number;
}

/** A removal takes one call of the API, which has 28 s; one this old has died. */
export const removalGraceSeconds = 60;

export const isRemovalDead = (array: RegisteredArray, nowSeconds: number): boolean =>
  array.removalId !== '' && nowSeconds - array.removingSinceSeconds >= removalGraceSeconds;

export interface ArrayUses {
  readonly hosts: readonly Host[];
  readonly databases: readonly Database[];
  /** Available ones: a pending one has an open task. A clone keeps its snapshot, so clones need no look of their own. */
  readonly snapshots: readonly Snapshot[];
  /** Unfinished ones. */
  readonly tasks: readonly Task[];
}

const few = 3;

const sentence = (what: string, names: readonly string[]): readonly string[] => {
  if (names.length === 0) return [];
  const more = names.length > few ? ` and ${String(names.length - few)} more` : '';
  return [`${what} ${names.slice(0, few).join(', ')}${more}`];
};

/** Who still needs the array, one sentence per kind. Rows of an earlier registration of a host are not live. */
export function arrayUsers(sdpId: string, { hosts, databases, snapshots, tasks }: ArrayUses): readonly string[] {
  const generations = new Map(hosts.map((host) => [host.hostId, host.generation]));
  const lying = databases.filter(
    (one) => generations.get(one.hostId) === one.generation && one.volumes.some((volume) => volume.sdpId === sdpId),
  );
  const named = hosts.filter((host) => host.sdpId === sdpId);
  const taken = snapshots.filter((snapshot) => snapshot.sdpId === sdpId);
  // A plan from before arrays had names may be for any of them.
  const working = tasks.filter((task) => task.plan.sdpId === sdpId || task.plan.sdpId === '');
  return [
    ...sentence(
      'databases on it:',
      lying.map((one) => `${one.hostId}/${one.name}`),
    ),
    ...sentence(
      'hosts that name it:',
      named.map((host) => host.hostId),
    ),
    ...sentence(
      'snapshots on it:',
      taken.map((snapshot) => snapshot.snapshotId),
    ),
    ...sentence(
      'unfinished tasks:',
      working.map((task) => task.requestId),
    ),
  ];
}
