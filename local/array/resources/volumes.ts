import type { Lookup, ResourceDefinition } from './definition.ts';
import { creationTime, description, duplicate, iscsiName, partName } from './naming.ts';
import { serialNumber } from './serial-number.ts';
import { firstRef } from './derived-ref.ts';
import { flagIn, numberIn, refIn, refPath, refTo, textIn, type ArrayRecord, type Draft } from './value.ts';

const MOST_VOLUMES_IN_A_GROUP = 32;

/** The volsnap that a thin clone starts from: its source volume as the source snapshot holds it. */
function cloneOrigin(draft: Draft, lookup: Lookup): ArrayRecord | undefined {
  for (const id of lookup.ids('volsnaps', 'snapshot.ref', refIn(draft, 'source_snapshot') ?? '')) {
    const volsnap = lookup.find('volsnaps', id);
    if (volsnap !== undefined && refIn(volsnap, 'source') === refIn(draft, 'source_volume')) return volsnap;
  }
  return undefined;
}

/** Size is not sent for a thin clone, which has the size of what it is a clone of. */
function checkOrigin(after: Draft, lookup: Lookup): string | undefined {
  if (!flagIn(after, 'is_thin_clone'))
    return numberIn(after, 'size') === undefined ? 'field size is missing' : undefined;
  if (refIn(after, 'source_volume') === undefined) return 'field source_volume is missing';
  if (refIn(after, 'source_snapshot') === undefined) return 'field source_snapshot is missing';
  return cloneOrigin(after, lookup) === undefined ? 'field source_snapshot does not hold source_volume' : undefined;
}

function checkGroup(after: Draft, lookup: Lookup, before?: ArrayRecord): string | undefined {
  const path = refIn(after, 'volume_group');
  const moved = path !== (before === undefined ? undefined : refIn(before, 'volume_group'));
  if (path === undefined || (before === undefined && !moved)) return undefined;
  if (moved && before !== undefined && lookup.count('volsnaps', 'source.ref', refPath('volumes', before.id)) > 0) {
    return 'field volume_group cannot be changed while snapshots hold the volume';
  }
  if (moved && lookup.count('volumes', 'volume_group.ref', path) >= MOST_VOLUMES_IN_A_GROUP) {
    return `a volume group holds at most ${MOST_VOLUMES_IN_A_GROUP} volumes`;
  }
  const quota = numberIn(lookup.follow(path) ?? {}, 'quota');
  const held = lookup.sum('volumes', 'size', path) - (moved ? 0 : (numberIn(before ?? {}, 'size') ?? 0));
  const size = numberIn(after, 'size') ?? numberIn(cloneOrigin(after, lookup) ?? {}, 'size') ?? 0;
  return quota !== undefined && held + size > quota ? 'the quota of the volume group is exceeded' : undefined;
}

export const volumes: ResourceDefinition = {
  collection: 'volumes',
  noun: 'volume',
  sequence: 'objects',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'VOLUME', number: 300 },
  fields: {
    name: { ...partName, unique: true },
    size: { kind: 'int', onCreate: 'optional', onPatch: true, minimum: 1 },
    volume_group: { kind: 'ref', onCreate: 'required', onPatch: true, to: ['volume_groups'] },
    description,
    read_only: { kind: 'bool', onCreate: 'optional', onPatch: true, initial: false },
    vmware_support: { kind: 'bool', onCreate: 'optional', initial: false },
    scsi_sn: { kind: 'str', unique: true },
    scsi_suffix: { kind: 'int', derive: (record) => record.id },
    node_id: { kind: 'int', initial: 1 },
    is_dedup: { kind: 'bool', initial: false },
    is_new: { kind: 'bool', initial: false },
    marked_for_deletion: { kind: 'bool', initial: false },
    creation_time: creationTime,
    last_restored_from: { kind: 'ref', nullable: true },
    last_restored_time: { kind: 'num', nullable: true },
    current_stats: { kind: 'ref', to: ['stats/volumes'], derive: (record) => refTo('stats/volumes', record.id) },
    current_replication_stats: { kind: 'ref', nullable: true },
    replication_peer_volume: {
      kind: 'ref',
      to: ['replication/peer_volumes'],
      derive: (record, lookup) =>
        firstRef('replication/peer_volumes', 'local_volume.ref', refPath('volumes', record.id), lookup),
    },
    logical_capacity: { kind: 'num', nullable: true },
    snapshots_logical_capacity: { kind: 'num', nullable: true },
    stream_avg_compressed_size_in_bytes: { kind: 'num', nullable: true },
    avg_compressed_ratio: { kind: 'num', nullable: true },
    avg_compressed_ratio_timestamp: { kind: 'num', onPatch: true, nullable: true },
    iscsi_tgt_converted_name: { kind: 'str', derive: (record) => iscsiName(textIn(record, 'name')) },
    is_thin_clone: { kind: 'bool', onCreate: 'optional', initial: false },
    source_volume: { kind: 'ref', onCreate: 'optional', nullable: true, to: ['volumes'] },
    source_snapshot: { kind: 'ref', onCreate: 'optional', nullable: true, to: ['snapshots'] },
    origin: { kind: 'int', nullable: true, hidden: true },
  },
  uniqueIndexes: [duplicate('volume', 'name')],
  sums: {
    size: (record) => ({ key: refIn(record, 'volume_group') ?? '', amount: numberIn(record, 'size') ?? 0 }),
    total: (record) => ({ key: '', amount: numberIn(record, 'size') ?? 0 }),
  },
  checks: [
    checkOrigin,
    checkGroup,
    (after, _lookup, before) =>
      (numberIn(after, 'size') ?? 0) < (numberIn(before ?? {}, 'size') ?? 0) && before !== undefined
        ? 'field size cannot be made smaller'
        : undefined,
  ],
  removalChecks: [(record) => (refIn(record, 'volume_group') === undefined ? 'is internal to the array' : undefined)],
  blockers: [
    { collection: 'mappings', index: 'volume.ref', because: 'is mapped to a host' },
    { collection: 'volsnaps', index: 'source.ref', because: 'is still held by a snapshot' },
    { collection: 'replication/peer_volumes', index: 'local_volume.ref', because: 'is replicated' },
  ],
  assemble: (draft, assembly) => {
    const id = assembly.nextId('volumes');
    const origin = flagIn(draft, 'is_thin_clone') ? cloneOrigin(draft, assembly) : undefined;
    const size = numberIn(origin ?? draft, 'size') ?? 0;
    const record = {
      ...draft,
      id,
      size,
      scsi_sn: serialNumber(id, assembly),
      creation_time: assembly.now(),
      origin: origin?.id ?? null,
    };
    return [{ collection: 'volumes', record }];
  },
  footprint: (record) =>
    refIn(record, 'volume_group') === undefined
      ? []
      : [{ kind: 'bytes', id: record.id, copyOf: numberIn(record, 'origin'), live: false }],
  // Real arrays show an internal volume of their own as the first one; clients count or skip it.
  seeds: (lookup) => [
    { id: 1, name: 'CTRL', size: 0, volume_group: null, scsi_sn: serialNumber(1, lookup), creation_time: lookup.now() },
  ],
};
