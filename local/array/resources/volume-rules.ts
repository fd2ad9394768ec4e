import type { CheckLookup, Lookup } from './definition.ts';
import { flagIn, numberIn, refIn, refPath, type ArrayRecord, type Draft } from './value.ts';

const MOST_VOLUMES_IN_A_GROUP = 32;

export const isInternal = (record: Draft): boolean => refIn(record, 'volume_group') === undefined;

/** The volsnap that a thin clone starts from: its source volume as the source snapshot holds it. */
export function cloneOrigin(draft: Draft, lookup: Lookup): ArrayRecord | undefined {
  for (const id of lookup.ids('volsnaps', 'snapshot.ref', refIn(draft, 'source_snapshot') ?? '')) {
    const volsnap = lookup.find('volsnaps', id);
    if (volsnap !== undefined && refIn(volsnap, 'source') === refIn(draft, 'source_volume')) return volsnap;
  }
  return undefined;
}

/** Size is not sent for a thin clone, which has the size of what it is a clone of. */
export function checkOrigin(after: Draft, lookup: Lookup): string | undefined {
  if (!flagIn(after, 'is_thin_clone')) {
    const source = ['source_volume', 'source_snapshot'].find((field) => refIn(after, field) !== undefined);
    if (source !== undefined) return `field ${source} is for thin clones: is_thin_clone is not true`;
    return numberIn(after, 'size') === undefined ? 'field size is missing' : undefined;
  }
  if (refIn(after, 'source_volume') === undefined) return 'field source_volume is missing';
  if (refIn(after, 'source_snapshot') === undefined) return 'field source_snapshot is missing';
  return cloneOrigin(after, lookup) === undefined ? 'field source_snapshot does not hold source_volume' : undefined;
}

const sizeOf = (draft: Draft, lookup: Lookup): number =>
  numberIn(draft, 'size') ?? numberIn(cloneOrigin(draft, lookup) ?? {}, 'size') ?? 0;

const changesGroup = (after: Draft, before: Draft | undefined): boolean =>
  before === undefined || refIn(after, 'volume_group') !== refIn(before, 'volume_group');

/** What a volume takes of its group beyond what it has of it already. */
export function demand(after: Draft, before: Draft | undefined): { readonly volumes: number; readonly kib: number } {
  const isNew = changesGroup(after, before);
  return {
    volumes: isNew ? 1 : 0,
    kib: (numberIn(after, 'size') ?? 0) - (isNew ? 0 : (numberIn(before ?? {}, 'size') ?? 0)),
  };
}

export function checkMove(after: Draft, lookup: Lookup, before?: ArrayRecord): string | undefined {
  if (before === undefined || !changesGroup(after, before)) return undefined;
  const path = refPath('volumes', before.id);
  if (lookup.count('volsnaps', 'source.ref', path) > 0)
    return 'field volume_group cannot be changed while snapshots hold the volume';
  return lookup.count('replication/peer_volumes', 'local_volume.ref', path) > 0
    ? 'field volume_group cannot be changed while the volume is replicated'
    : undefined;
}

/** Only who asks for more room is refused: a group over its limits can still be described otherwise. */
export function checkRoom(after: Draft, lookup: CheckLookup, before?: ArrayRecord): string | undefined {
  const path = refIn(after, 'volume_group') ?? '';
  const wanted = demand({ ...after, size: sizeOf(after, lookup) }, before);
  const volumes = lookup.count('volumes', 'volume_group.ref', path) + lookup.underWay(`volumes of ${path}`);
  if (wanted.volumes > 0 && volumes + wanted.volumes > MOST_VOLUMES_IN_A_GROUP)
    return `a volume group holds at most ${MOST_VOLUMES_IN_A_GROUP} volumes`;
  const quota = numberIn(lookup.follow(path) ?? {}, 'quota') ?? Infinity;
  const kib = lookup.sum('volumes', 'size', path) + lookup.underWay(`size of ${path}`);
  return wanted.kib > 0 && kib + wanted.kib > quota ? 'the quota of the volume group is exceeded' : undefined;
}
