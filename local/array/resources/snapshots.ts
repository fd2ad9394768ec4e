import type { Assembly, Lookup, NewObject, ResourceDefinition } from './definition.ts';
import { creationTime, description, iscsiName, partName } from './naming.ts';
import { serialNumber } from './serial-number.ts';
import { numberIn, refIdIn, refIn, refPath, refTo, textIn, type ArrayRecord, type Draft } from './value.ts';

const pathOf = (record: ArrayRecord): string => refPath('snapshots', record.id);

/** One disk of what a snapshot is taken of: the volume it belongs to, and the directory that holds its bytes now. */
interface SourceDisk {
  readonly volumeId: number;
  readonly shortName: string;
  readonly size: number;
  readonly bytesId: number;
}

function sourceDisks(draft: Draft, lookup: Lookup): readonly SourceDisk[] {
  const path = refIn(draft, 'source') ?? '';
  const ofGroup = path.startsWith('/volume_groups/');
  const ids = ofGroup ? lookup.ids('volumes', 'volume_group.ref', path) : lookup.ids('volsnaps', 'snapshot.ref', path);
  const disks: SourceDisk[] = [];
  for (const id of ids) {
    const disk = lookup.find(ofGroup ? 'volumes' : 'volsnaps', id);
    if (disk === undefined) continue;
    disks.push({
      volumeId: ofGroup ? id : (refIdIn(disk, 'source') ?? id),
      shortName: textIn(disk, ofGroup ? 'name' : 'short_name'),
      size: numberIn(disk, 'size') ?? 0,
      bytesId: id,
    });
  }
  return disks;
}

function rootGroup(draft: Draft, lookup: Lookup): string {
  const path = refIn(draft, 'source') ?? '';
  return path.startsWith('/volume_groups/') ? path : (refIn(lookup.follow(path) ?? {}, 'volume_group') ?? '');
}

/** Clients tell the kinds apart by the source alone: of a view one takes a snapshot, of a snapshot one makes a view. */
function kindOf(draft: Draft, lookup: Lookup): 'snapshot' | 'view' {
  const source = lookup.follow(refIn(draft, 'source'));
  return source?.['kind'] === 'snapshot' ? 'view' : 'snapshot';
}

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

function assemble(draft: Draft, assembly: Assembly): readonly NewObject[] {
  const id = assembly.nextId('snapshots');
  const kind = kindOf(draft, assembly);
  const disks = sourceDisks(draft, assembly);
  const now = assembly.now();
  // Only an original volume or a view has writers: a snapshot's own bytes never change.
  const live = kind === 'snapshot';
  const snapshot: ArrayRecord = {
    ...draft,
    id,
    kind,
    volume_group: { ref: rootGroup(draft, assembly) },
    volsnaps_provisioned_capacity: disks.reduce((sum, disk) => sum + disk.size, 0),
    creation_time: now,
    // A view holds what its snapshot held; a snapshot's own instant is set when the writers are held.
    data_creation_time: live
      ? now
      : (numberIn(assembly.follow(refIn(draft, 'source')) ?? {}, 'data_creation_time') ?? now),
  };
  const volsnaps = disks.map((disk): NewObject => {
    const volsnapId = assembly.nextId('volsnaps');
    return {
      collection: 'volsnaps',
      record: {
        id: volsnapId,
        short_name: disk.shortName,
        snapshot: refTo('snapshots', id),
        source: refTo('volumes', disk.volumeId),
        size: disk.size,
        scsi_sn: serialNumber(volsnapId, assembly),
        creation_time: now,
        origin: disk.bytesId,
        is_origin_live: live,
      },
    };
  });
  return [{ collection: 'snapshots', record: snapshot }, ...volsnaps];
}

/** Snapshots of a group, views of a snapshot, and snapshots of a view. */
export const snapshots: ResourceDefinition = {
  collection: 'snapshots',
  noun: 'snapshot',
  sequence: 'objects',
  verbs: ['POST', 'PATCH', 'DELETE'],
  rankField: 'creation_time',
  fields: {
    name: { kind: 'str', derive: fullName },
    short_name: partName,
    source: { kind: 'ref', onCreate: 'required', to: ['volume_groups', 'snapshots'] },
    retention_policy: { kind: 'ref', onCreate: 'required', onPatch: true, to: ['retention_policies'] },
    is_exposable: { kind: 'bool', onCreate: 'optional', initial: false },
    is_auto_deleteable: { kind: 'bool', onCreate: 'optional', onPatch: true, initial: false },
    volume_group: { kind: 'ref' },
    replication_session: { kind: 'ref', nullable: true },
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
  checks: [
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
  assemble,
  // A view's source keeps its group alive anyway; the volumes of a group must be named one by one.
  pins: (record, lookup) => sourceDisks(record, lookup).map((disk) => refPath('volumes', disk.volumeId)),
};
