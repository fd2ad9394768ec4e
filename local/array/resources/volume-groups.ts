import type { Lookup, ResourceDefinition } from './definition.ts';
import { hostsBehind } from './host-groups.ts';
import { creationTime, description, duplicate, iscsiName, partName } from './naming.ts';
import { firstRef } from './derived-ref.ts';
import { numberIn, refIn, refPath, refTo, textIn, type ArrayRecord } from './value.ts';

/** 2 PiB: what 32 volumes of the largest size have. */
const LARGEST_QUOTA_KIB = 2 ** 41;

const pathOf = (record: ArrayRecord): string => refPath('volume_groups', record.id);

function newestSnapshotTime(record: ArrayRecord, lookup: Lookup): number | null {
  for (const id of lookup.ids('snapshots', 'kind', `${pathOf(record)} snapshot`, true)) {
    const snapshot = lookup.find('snapshots', id);
    return snapshot === undefined ? null : Math.floor(numberIn(snapshot, 'creation_time') ?? 0);
  }
  return null;
}

/** A group holds 32 volumes at most, so that looking through their mappings stays cheap. */
function mappedHosts(record: ArrayRecord, lookup: Lookup): number {
  const hosts = new Set<number>();
  for (const volumeId of lookup.ids('volumes', 'volume_group.ref', pathOf(record))) {
    for (const mappingId of lookup.ids('mappings', 'volume.ref', refPath('volumes', volumeId))) {
      const mapping = lookup.find('mappings', mappingId);
      for (const host of hostsBehind(refIn(mapping ?? {}, 'host') ?? '', lookup)) hosts.add(host.id);
    }
  }
  return hosts.size;
}

const provisioned = (record: ArrayRecord, lookup: Lookup): number => lookup.sum('volumes', 'size', pathOf(record));

export const volumeGroups: ResourceDefinition = {
  collection: 'volume_groups',
  noun: 'volume group',
  sequence: 'objects',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'VG', number: 249 },
  fields: {
    name: { ...partName, unique: true },
    // A quota of 0 means none, and reads back null. It is required in the notes, but clients leave it out too.
    quota: {
      kind: 'int',
      onCreate: 'optional',
      onPatch: true,
      nullable: true,
      minimum: 0,
      maximum: LARGEST_QUOTA_KIB,
      store: (value) => (value === 0 ? null : value),
    },
    is_dedup: { kind: 'bool', onCreate: 'optional', initial: false },
    capacity_policy: { kind: 'ref', onCreate: 'optional', onPatch: true, nullable: true, to: ['vg_capacity_policies'] },
    description,
    last_restored_from: { kind: 'ref', onPatch: true, nullable: true, to: ['snapshots'], isRestore: true },
    last_restored_time: { kind: 'num', nullable: true },
    volumes_count: {
      kind: 'int',
      derive: (record, lookup) => lookup.count('volumes', 'volume_group.ref', pathOf(record)),
    },
    snapshots_count: {
      kind: 'int',
      derive: (record, lookup) => lookup.count('snapshots', 'kind', `${pathOf(record)} snapshot`),
    },
    views_count: {
      kind: 'int',
      derive: (record, lookup) => lookup.count('snapshots', 'kind', `${pathOf(record)} view`),
    },
    mapped_hosts_count: { kind: 'int', derive: mappedHosts },
    last_snapshot_creation_time: { kind: 'int', nullable: true, derive: newestSnapshotTime },
    creation_time: creationTime,
    capacity_state: { kind: 'str', initial: 'ok' },
    snapshots_overhead_state: { kind: 'str', initial: 'ok' },
    volumes_provisioned_capacity: { kind: 'int', derive: provisioned },
    volumes_logical_capacity: { kind: 'num', initial: 0 },
    snapshots_logical_capacity: { kind: 'num', initial: 0 },
    logical_capacity: { kind: 'num', initial: 0 },
    is_default: { kind: 'bool', initial: false },
    iscsi_tgt_converted_name: { kind: 'str', derive: (record) => iscsiName(textIn(record, 'name')) },
    replication_session: {
      kind: 'ref',
      to: ['replication/sessions'],
      derive: (record, lookup) => firstRef('replication/sessions', 'local_volume_group.ref', pathOf(record), lookup),
    },
    replication_peer_volume_group: {
      kind: 'ref',
      to: ['replication/peer_volume_groups'],
      derive: (record, lookup) =>
        firstRef('replication/peer_volume_groups', 'local_volume_group.ref', pathOf(record), lookup),
    },
    replication_rpo_history: {
      kind: 'ref',
      to: ['replication/rpo_history'],
      derive: (record, lookup) => {
        const [session] = lookup.ids('replication/sessions', 'local_volume_group.ref', pathOf(record));
        return session === undefined ? null : refTo('replication/rpo_history', session);
      },
    },
  },
  uniqueIndexes: [duplicate('volume group', 'name')],
  checks: [
    (after, lookup, before) => {
      const quota = numberIn(after, 'quota');
      if (before === undefined || quota === undefined || quota === numberIn(before, 'quota')) return undefined;
      return quota < provisioned(before, lookup) + lookup.underWay(`size of ${pathOf(before)}`)
        ? 'field quota is below what the volumes of the group are provisioned with'
        : undefined;
    },
  ],
  blockers: [
    { collection: 'volumes', index: 'volume_group.ref', because: 'still has volumes' },
    { collection: 'snapshots', index: 'volume_group.ref', because: 'still has snapshots' },
    { collection: 'replication/sessions', index: 'local_volume_group.ref', because: 'is replicated' },
  ],
  owns: [{ collection: 'snapshot_scheduler_mapping', index: 'volume_group.ref' }],
};
