import type { Lookup, ResourceDefinition } from './definition.ts';
import { creationTime, description, iscsiName, partName } from './naming.ts';
import { assembleSnapshot, checkSession, checkSnapshotBody, settleSnapshot, sourceDisks } from './snapshot-making.ts';
import { numberIn, refIn, refPath, textIn, type ArrayRecord } from './value.ts';

const pathOf = (record: ArrayRecord): string => refPath('snapshots', record.id);

function fullName(record: ArrayRecord, lookup: Lookup): string {
  return `${textIn(lookup.follow(refIn(record, 'volume_group')) ?? {}, 'name')}:${textIn(record, 'short_name')}`;
}

/** A group and a short name name one snapshot, because a part holds no colon. */
export function snapshotsNamed(fullNameText: string, lookup: Lookup): Iterable<number> {
  const [groupName = '', shortName = ''] = fullNameText.split(':');
  const [groupId] = lookup.ids('volume_groups', 'name', groupName);
  return groupId === undefined
    ? []
    : lookup.ids('snapshots', 'group_and_name', `${refPath('volume_groups', groupId)} ${shortName}`);
}

/** Snapshots of a group, views of a snapshot, and snapshots of a view. */
export const snapshots: ResourceDefinition = {
  collection: 'snapshots',
  noun: 'snapshot',
  sequence: 'objects',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'SNAPSHOT', number: 310 },
  rankField: 'creation_time',
  fields: {
    name: { kind: 'str', derive: fullName },
    short_name: { ...partName, onCreate: 'optional' },
    source: { kind: 'ref', onCreate: 'optional', to: ['volume_groups', 'snapshots'] },
    retention_policy: { kind: 'ref', onCreate: 'optional', onPatch: true, to: ['retention_policies'] },
    is_exposable: { kind: 'bool', onCreate: 'optional', initial: false },
    is_auto_deleteable: { kind: 'bool', onCreate: 'optional', onPatch: true, initial: false },
    volume_group: { kind: 'ref' },
    replication_session: { kind: 'ref', onCreate: 'optional', nullable: true, to: ['replication/sessions'] },
    creation_time: creationTime,
    data_creation_time: { kind: 'num', nullable: true },
    last_exposed_time: { kind: 'num', nullable: true },
    description,
    triggered_by: { kind: 'str', initial: 'api' },
    is_deleted: { kind: 'bool', initial: false },
    is_exist_on_peer: { kind: 'bool', initial: false },
    is_application_consistent: { kind: 'bool', initial: false },
    is_external: { kind: 'bool', initial: false },
    is_originating_from_peer: { kind: 'bool', initial: false },
    is_locked_by_replication: { kind: 'bool', initial: false },
    generation_number: { kind: 'int', nullable: true },
    num_of_clones: {
      kind: 'int',
      derive: (record, lookup) => lookup.count('volumes', 'source_snapshot.ref', pathOf(record)),
    },
    volsnaps_provisioned_capacity: { kind: 'int' },
    wwn: { kind: 'str', nullable: true },
    iscsi_tgt_converted_name: { kind: 'str', derive: (record, lookup) => iscsiName(fullName(record, lookup)) },
    kind: { kind: 'str', hidden: true },
  },
  indexes: {
    short_name: (record) => textIn(record, 'short_name'),
    kind: (record) => `${refIn(record, 'volume_group') ?? ''} ${textIn(record, 'kind')}`,
    group_and_name: (record) => `${refIn(record, 'volume_group') ?? ''} ${textIn(record, 'short_name')}`,
  },
  uniqueIndexes: [
    {
      index: 'group_and_name',
      message: (record) => `snapshot ${textIn(record, 'short_name')} already exists in the volume group`,
    },
  ],
  finders: { name: snapshotsNamed },
  sums: {
    provisioned: (record) => ({
      key: textIn(record, 'kind'),
      amount: numberIn(record, 'volsnaps_provisioned_capacity') ?? 0,
    }),
  },
  bodyChecks: [checkSnapshotBody],
  settle: settleSnapshot,
  checks: [
    checkSession,
    (after, lookup, before) =>
      before === undefined && sourceDisks(after, lookup).length === 0
        ? 'field source has no volumes to take a snapshot of'
        : undefined,
  ],
  blockers: [
    { collection: 'mappings', index: 'volume.ref', because: 'is mapped to a host' },
    { collection: 'snapshots', index: 'source.ref', because: 'still has views or snapshots of its own' },
    { collection: 'volumes', index: 'source_snapshot.ref', because: 'still has thin clones' },
  ],
  owns: [{ collection: 'volsnaps', index: 'snapshot.ref' }],
  releases: [
    { collection: 'volume_groups', field: 'last_restored_from' },
    { collection: 'volumes', field: 'last_restored_from' },
  ],
  assemble: assembleSnapshot,
  // A view's source keeps its group alive anyway; the volumes of a group must be named one by one.
  pins: (record, lookup) => sourceDisks(record, lookup).map((disk) => refPath('volumes', disk.volumeId)),
};
