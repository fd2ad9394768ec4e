import { busy } from '../api-error.ts';
import type { Footprint } from '../bytes/footprint.ts';
import type { Assembly, Lookup, NewObject, ResourceDefinition } from './definition.ts';
import { hostsBehind, membersOf } from './host-groups.ts';
import {
  checkTarget,
  freeLuns,
  HIGHEST_LUN,
  hostAndLun,
  hostAndVolume,
  kindOf,
  lunTaken,
  volsnapsOf,
} from './mapping-rules.ts';
import { numberIn, refIdIn, refIn, refPath, refTo, textIn, type ArrayRecord, type Draft } from './value.ts';

/** Those that no other request is about to take: hosts are mapped to by several at once. */
function* lunsToTake(host: string, first: number, assembly: Assembly): Generator<number, undefined> {
  for (const lun of freeLuns(host, first, assembly)) {
    if (!assembly.isInTheMaking('mappings', 'host_and_lun', `${host} ${lun}`)) yield lun;
  }
}

/**
 * A mapped volume is one row. A mapped view is a row that says so, without a lun because it is no disk, and one row per
 * volsnap, where clients read the lun of each disk; those come and go with the first.
 */
function assemble(draft: Draft, assembly: Assembly): readonly NewObject[] {
  const id = assembly.nextId('mappings');
  const luns = lunsToTake(refIn(draft, 'host') ?? '', numberIn(draft, 'lun') ?? 1, assembly);
  const nextLun = (): number => {
    const { value } = luns.next();
    if (value === undefined) throw busy('other requests are taking the last free luns of the host');
    return value;
  };
  const isView = kindOf(draft) === 'snapshots';
  const main = {
    collection: 'mappings',
    record: { ...draft, id, parent: null, lun: isView ? null : (numberIn(draft, 'lun') ?? nextLun()) },
  };
  const disks = isView ? volsnapsOf(draft, assembly) : [];
  return [
    main,
    ...disks.map((volsnapId): NewObject => {
      const volume = refTo('volsnaps', volsnapId);
      const record = {
        ...draft,
        id: assembly.nextId('mappings'),
        volume,
        lun: nextLun(),
        parent: refTo('mappings', id),
      };
      return { collection: 'mappings', record };
    }),
  ];
}

/** The entry that a mapping gives one host; none for the row of a whole view. */
export function deviceEntry(mapping: ArrayRecord, host: ArrayRecord, lookup: Lookup): readonly Footprint[] {
  const disk = lookup.follow(refIn(mapping, 'volume'));
  if (disk === undefined || kindOf(mapping) === 'snapshots') return [];
  return [{ kind: 'device', host: textIn(host, 'name'), serial: textIn(disk, 'scsi_sn'), id: disk.id }];
}

export const mappings: ResourceDefinition = {
  collection: 'mappings',
  noun: 'mapping',
  sequence: 'mappings',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'MAPPING', number: 380 },
  fields: {
    host: { kind: 'ref', onCreate: 'required', onPatch: true, to: ['hosts', 'host_groups'] },
    volume: { kind: 'ref', onCreate: 'required', to: ['volumes', 'snapshots'] },
    lun: { kind: 'int', onCreate: 'optional', onPatch: true, minimum: 1, maximum: HIGHEST_LUN },
    unique_target: { kind: 'bool', onCreate: 'optional', initial: false },
    parent: { kind: 'ref', hidden: true },
  },
  indexes: {
    host_and_volume: hostAndVolume,
    host_and_kind: (record) => `${refIn(record, 'host') ?? ''} ${kindOf(record)}`,
    host_and_lun: hostAndLun,
  },
  uniqueIndexes: [
    {
      index: 'host_and_volume',
      message: (record) =>
        `mapping of ${refIn(record, 'volume') ?? ''} to ${refIn(record, 'host') ?? ''} already exists`,
    },
    {
      index: 'host_and_lun',
      message: lunTaken,
    },
  ],
  checks: [checkTarget],
  removalChecks: [
    (record) =>
      refIn(record, 'parent') === undefined ? undefined : 'belongs to the mapping of a view: remove that one',
  ],
  owns: [{ collection: 'mappings', index: 'parent.ref' }],
  assemble,
  pins: (record, lookup) => volsnapsOf(record, lookup).map((id) => refPath('volsnaps', id)),
  // When it was mapped: a view of it made later holds what its hosts may have written.
  marks: (record, lookup) => {
    const snapshot = kindOf(record) === 'snapshots' ? refIdIn(record, 'volume') : undefined;
    return snapshot === undefined
      ? []
      : [{ collection: 'snapshots', id: snapshot, fields: { last_exposed_time: lookup.now() } }];
  },
  claims: (record) => membersOf(refIn(record, 'host')),
  footprint: (record, lookup) =>
    hostsBehind(refIn(record, 'host') ?? '', lookup).flatMap((host) => deviceEntry(record, host, lookup)),
};
