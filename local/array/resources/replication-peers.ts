import type { FieldDefinition, Lookup, ResourceDefinition } from './definition.ts';
import { peerGroupOfSession } from './derived-ref.ts';
import { duplicate, partName } from './naming.ts';
import { refIdIn, refIn, textIn, type ArrayRecord, type Draft } from './value.ts';

const required: FieldDefinition = { kind: 'str', onCreate: 'required', pattern: /\S/ };
const limit: FieldDefinition = { kind: 'int', onCreate: 'optional', onPatch: true, nullable: true, minimum: 0 };
/** Of the peer. It is not asked, so nothing is known. */
const unknown: FieldDefinition = { kind: 'int', initial: 0 };

/** Recorded only: the peer is never called, so its passwords are not kept. */
export const peerArrays: ResourceDefinition = {
  collection: 'replication/peer_k2arrays',
  noun: 'peer array',
  sequence: 'replication/peer_k2arrays',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'PEER_ARRAY', number: 480 },
  fields: {
    name: { ...partName, unique: true },
    mgmt_host: { ...required, onPatch: true },
    username: { ...required, onPatch: true },
    password: { ...required, onPatch: true, writeOnly: true },
    local_username: { ...required, writeOnly: true },
    local_password: { ...required, writeOnly: true },
    bandwidth_limit: limit,
    logical_bandwidth_limit: limit,
    system_id: { kind: 'str', nullable: true },
    mgmt_connectivity_state: { kind: 'str', initial: 'disconnected' },
    capacity_total: unknown,
    capacity_free: unknown,
    capacity_allocated: unknown,
    capacity_allocated_volumes: unknown,
    capacity_allocated_snapshots_and_views: unknown,
    capacity_physical: unknown,
    capacity_provisioned: unknown,
    capacity_provisioned_volumes: unknown,
    capacity_provisioned_snapshots: unknown,
    capacity_provisioned_views: unknown,
    capacity_reserved: unknown,
  },
  uniqueIndexes: [duplicate('peer array', 'name')],
  blockers: [
    {
      collection: 'replication/sessions',
      index: 'replication_peer_k2array.ref',
      because: 'is used by replication sessions',
    },
  ],
};

const sessionOf = (record: Draft, lookup: Lookup): Draft => lookup.follow(refIn(record, 'replication_session')) ?? {};

function fullName(record: ArrayRecord, lookup: Lookup): string {
  const peer = lookup.follow(refIn(sessionOf(record, lookup), 'replication_peer_k2array')) ?? {};
  return `${textIn(peer, 'name')}_${textIn(record, 'name')}`;
}

/** The group at the peer that a session keeps like the local one; made and removed with the session. */
export const peerVolumeGroups: ResourceDefinition = {
  collection: 'replication/peer_volume_groups',
  noun: 'peer volume group',
  sequence: 'replication/peer_volume_groups',
  verbs: ['PATCH', 'DELETE'],
  event: { word: 'PEER_VG', number: 510 },
  fields: {
    name: partName,
    fullname: { kind: 'str', derive: fullName },
    local_volume_group: { kind: 'ref', to: ['volume_groups'] },
    replication_peer_k2array: {
      kind: 'ref',
      to: ['replication/peer_k2arrays'],
      derive: (record, lookup) => sessionOf(record, lookup)['replication_peer_k2array'] ?? null,
    },
    replication_session: { kind: 'ref', to: ['replication/sessions'] },
    replication_session_id: { kind: 'int', derive: (record) => refIdIn(record, 'replication_session') ?? null },
    remote_volume_group_id: { kind: 'int', nullable: true },
    capacity_state: { kind: 'str', initial: 'ok' },
    logical_capacity: unknown,
    volumes_logical_capacity: unknown,
    snapshots_logical_capacity: unknown,
  },
  removalChecks: [() => 'belongs to a replication session: remove that one'],
};

/** The volume at the peer that is kept like a local one. Made with its session, or one by one. */
export const peerVolumes: ResourceDefinition = {
  collection: 'replication/peer_volumes',
  noun: 'peer volume',
  sequence: 'replication/peer_volumes',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'PEER_VOLUME', number: 500 },
  fields: {
    name: partName,
    local_volume: { kind: 'ref', onCreate: 'required', to: ['volumes'] },
    replication_session: { kind: 'ref', onCreate: 'required', to: ['replication/sessions'] },
    replication_peer_volume_group: peerGroupOfSession((record) => refIn(record, 'replication_session') ?? ''),
    remote_volume_id: { kind: 'int', nullable: true },
  },
  indexes: { local_volume: (record) => refIn(record, 'local_volume') },
  uniqueIndexes: [{ index: 'local_volume', message: () => 'the volume already has a peer volume' }],
  checks: [
    (after, lookup) => {
      const volume = lookup.follow(refIn(after, 'local_volume')) ?? {};
      return refIn(volume, 'volume_group') === refIn(sessionOf(after, lookup), 'local_volume_group')
        ? undefined
        : 'field local_volume points to a volume that is not in the group of the session';
    },
  ],
  removalChecks: [
    (record, lookup) =>
      textIn(sessionOf(record, lookup), 'state') === 'in_sync'
        ? 'is being replicated: suspend the session first'
        : undefined,
  ],
};
