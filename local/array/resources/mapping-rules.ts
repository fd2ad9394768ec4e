import type { Lookup } from './definition.ts';
import { flagIn, numberIn, refIn, sameValue, textIn, type ArrayRecord, type Draft } from './value.ts';

export const HIGHEST_LUN = 254;

export const hostAndLun = (record: Draft): string | undefined => {
  const lun = numberIn(record, 'lun');
  return lun === undefined ? undefined : `${refIn(record, 'host') ?? ''} ${lun}`;
};

export const hostAndVolume = (record: Draft): string =>
  `${refIn(record, 'host') ?? ''} ${refIn(record, 'volume') ?? ''}`;

export const lunTaken = (record: Draft): string =>
  `lun ${numberIn(record, 'lun') ?? ''} of ${refIn(record, 'host') ?? ''} is already in use`;

export const kindOf = (record: Draft): string => /^\/(\w+)\//.exec(refIn(record, 'volume') ?? '')?.[1] ?? '';

/** Hands out the lowest free luns of a host, from the wanted one on. */
export function* freeLuns(host: string, first: number, lookup: Lookup): Generator<number, undefined> {
  for (let lun = first; lun <= HIGHEST_LUN; lun += 1) {
    if (lookup.count('mappings', 'host_and_lun', `${host} ${lun}`) === 0) yield lun;
  }
}

export const volsnapsOf = (draft: Draft, lookup: Lookup): readonly number[] => [
  ...lookup.ids('volsnaps', 'snapshot.ref', refIn(draft, 'volume') ?? ''),
];

function checkHost(after: Draft, lookup: Lookup): string | undefined {
  const host = lookup.follow(refIn(after, 'host')) ?? {};
  return refIn(host, 'host_group') === undefined
    ? undefined
    : `host ${textIn(host, 'name')} is in a host group: only the group can have mappings`;
}

/** Another lun, or a volume that moves to another host with the lun it has. The rows of a view go nowhere one by one. */
function checkChange(after: Draft, lookup: Lookup, before: ArrayRecord): string | undefined {
  if (kindOf(before) === 'snapshots' && !sameValue(after['lun'], before['lun']))
    return 'field lun belongs to the disks of a view, not to the view';
  if (sameValue(after['host'], before['host'])) return undefined;
  return kindOf(before) === 'volumes'
    ? checkHost(after, lookup)
    : 'field host cannot be changed for a view or a disk of one: map it anew';
}

export function checkTarget(after: Draft, lookup: Lookup, before?: ArrayRecord): string | undefined {
  if (before !== undefined) return checkChange(after, lookup, before);
  const grouped = checkHost(after, lookup);
  if (grouped !== undefined) return grouped;
  const target = lookup.follow(refIn(after, 'volume')) ?? {};
  if (kindOf(after) === 'snapshots' && !flagIn(target, 'is_exposable'))
    return 'field volume points to a snapshot that is not exposable';
  if (kindOf(after) === 'volumes' && refIn(target, 'volume_group') === undefined)
    return 'field volume points to an internal volume';
  const isNew = lookup.count('mappings', 'host_and_volume', hostAndVolume(after)) === 0;
  if (kindOf(after) === 'volumes' && isNew && lookup.count('mappings', 'host_and_lun', hostAndLun(after) ?? '') > 0)
    return lunTaken(after);
  const wanted = kindOf(after) === 'snapshots' ? volsnapsOf(after, lookup).length : 1;
  const luns = [...freeLuns(refIn(after, 'host') ?? '', numberIn(after, 'lun') ?? 1, lookup)];
  return luns.length < wanted ? 'the host has no free lun left' : undefined;
}
