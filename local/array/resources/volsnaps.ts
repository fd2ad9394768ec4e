import type { Lookup, ResourceDefinition } from './definition.ts';
import { creationTime, iscsiName } from './naming.ts';
import { snapshotsNamed } from './snapshots.ts';
import { flagIn, numberIn, refIn, refPath, textIn, type ArrayRecord } from './value.ts';

function fullName(record: ArrayRecord, lookup: Lookup): string {
  const snapshot = lookup.follow(refIn(record, 'snapshot')) ?? {};
  const group = lookup.follow(refIn(snapshot, 'volume_group')) ?? {};
  return `${textIn(group, 'name')}:${textIn(snapshot, 'short_name')}:${textIn(record, 'short_name')}`;
}

/** One per volume per snapshot or view: the disk that a host sees once the view is mapped. */
export const volsnaps: ResourceDefinition = {
  collection: 'volsnaps',
  noun: 'volsnap',
  sequence: 'objects',
  verbs: [],
  fields: {
    name: { kind: 'str', derive: fullName },
    short_name: { kind: 'str' },
    snapshot: { kind: 'ref', to: ['snapshots'] },
    source: { kind: 'ref', to: ['volumes'] },
    // Old clients filter by this name.
    base_volume: { kind: 'ref', to: ['volumes'], derive: (record) => record['source'] ?? null },
    size: { kind: 'int' },
    scsi_sn: { kind: 'str', unique: true },
    scsi_suffix: { kind: 'int', derive: (record) => record.id },
    is_exposable: {
      kind: 'bool',
      derive: (record, lookup) => flagIn(lookup.follow(refIn(record, 'snapshot')) ?? {}, 'is_exposable'),
    },
    is_deleted: { kind: 'bool', initial: false },
    creation_time: creationTime,
    iscsi_tgt_converted_name: { kind: 'str', derive: (record, lookup) => iscsiName(fullName(record, lookup)) },
    origin: { kind: 'int', hidden: true },
    is_origin_live: { kind: 'bool', hidden: true },
  },
  finders: {
    'base_volume.ref': (value, lookup) => lookup.ids('volsnaps', 'source.ref', value),
    name: function* (value, lookup) {
      const [group = '', short = ''] = value.split(':');
      for (const id of snapshotsNamed(`${group}:${short}`, lookup)) {
        yield* lookup.ids('volsnaps', 'snapshot.ref', refPath('snapshots', id));
      }
    },
  },
  footprint: (record) => [
    { kind: 'bytes', id: record.id, copyOf: numberIn(record, 'origin'), live: flagIn(record, 'is_origin_live') },
  ],
};
