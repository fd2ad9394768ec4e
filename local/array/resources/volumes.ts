import type { ResourceDefinition } from './definition.ts';
import { creationTime, description, duplicate, iscsiName, partName } from './naming.ts';
import { serialNumber } from './serial-number.ts';
import { firstRef } from './derived-ref.ts';
import { flagIn, numberIn, refIn, refPath, refTo, textIn } from './value.ts';
import { checkMove, checkOrigin, checkRoom, cloneOrigin, demand, isInternal } from './volume-rules.ts';

/** 64 TiB: totals over more volumes than the array will ever have stay whole numbers. */
const LARGEST_SIZE_KIB = 2 ** 36;

export const volumes: ResourceDefinition = {
  collection: 'volumes',
  noun: 'volume',
  sequence: 'objects',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'VOLUME', number: 300 },
  fields: {
    name: { ...partName, unique: true },
    size: { kind: 'int', onCreate: 'optional', onPatch: true, minimum: 1, maximum: LARGEST_SIZE_KIB },
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
    is_origin_live: { kind: 'bool', initial: false, hidden: true },
  },
  uniqueIndexes: [duplicate('volume', 'name')],
  sums: {
    size: (record) => ({ key: refIn(record, 'volume_group') ?? '', amount: numberIn(record, 'size') ?? 0 }),
    total: (record) => ({ key: '', amount: numberIn(record, 'size') ?? 0 }),
  },
  checks: [
    (_after, _lookup, before) =>
      before !== undefined && isInternal(before)
        ? `volume ${textIn(before, 'name')} is internal to the array and cannot be changed`
        : undefined,
    checkOrigin,
    checkMove,
    checkRoom,
    (after, _lookup, before) =>
      (numberIn(after, 'size') ?? 0) < (numberIn(before ?? {}, 'size') ?? 0) && before !== undefined
        ? 'field size cannot be made smaller'
        : undefined,
  ],
  removalChecks: [(record) => (isInternal(record) ? 'is internal to the array' : undefined)],
  blockers: [
    { collection: 'mappings', index: 'volume.ref', because: 'is mapped to a host' },
    { collection: 'volsnaps', index: 'source.ref', because: 'is still held by a snapshot' },
    { collection: 'replication/peer_volumes', index: 'local_volume.ref', because: 'is replicated' },
  ],
  assemble: (draft, assembly) => {
    const id = assembly.nextId('volumes');
    const origin = flagIn(draft, 'is_thin_clone') ? cloneOrigin(draft, assembly) : undefined;
    const record = {
      ...draft,
      id,
      size: numberIn(origin ?? draft, 'size') ?? 0,
      scsi_sn: serialNumber(id, assembly),
      creation_time: assembly.now(),
      origin: origin?.id ?? null,
      // A snapshot that hosts may map has writers.
      is_origin_live: flagIn(assembly.follow(refIn(draft, 'source_snapshot')) ?? {}, 'is_exposable'),
    };
    return [{ collection: 'volumes', record }];
  },
  footprint: (record) =>
    isInternal(record)
      ? []
      : [
          {
            kind: 'bytes',
            id: record.id,
            copyOf: numberIn(record, 'origin'),
            live: flagIn(record, 'is_origin_live'),
          },
        ],
  demands: (after, before) => {
    const group = refIn(after, 'volume_group') ?? '';
    const { volumes: count, kib } = demand(after, before);
    return { [`volumes of ${group}`]: count, [`size of ${group}`]: kib };
  },
  // Real arrays show an internal volume of their own as the first one; clients count or skip it.
  seeds: (lookup) => [
    { id: 1, name: 'CTRL', size: 0, volume_group: null, scsi_sn: serialNumber(1, lookup), creation_time: lookup.now() },
  ],
};
