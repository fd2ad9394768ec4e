import type { Assembly, Lookup, NewObject, ResourceDefinition } from './definition.ts';
import { peerGroupOfSession } from './derived-ref.ts';
import { duplicate, partName } from './naming.ts';
import { flagIn, refIn, refPath, refTo, textIn, type ArrayRecord, type Draft } from './value.ts';

/** Which states a state may be followed by. `in_sync` starts a session, `idle` stops it. */
const NEXT_STATES: Readonly<Record<string, readonly string[]>> = {
  idle: ['in_sync'],
  in_sync: ['suspended', 'failed_over'],
  suspended: ['in_sync', 'idle', 'failed_over'],
  failed_over: ['in_sync', 'suspended'],
};

function checkState(after: Draft, _lookup: Lookup, before?: ArrayRecord): string | undefined {
  if (before === undefined) return undefined;
  const [from, to] = [textIn(before, 'state'), textIn(after, 'state')];
  return from === to || NEXT_STATES[from]?.includes(to) === true
    ? undefined
    : `field state cannot become ${to} while the replication session is ${from}`;
}

const isRunning = (record: ArrayRecord): boolean => textIn(record, 'state') !== 'idle';

/** The session with its group at the peer, and with a peer volume for each volume when that was asked for. */
function assemble(draft: Draft, assembly: Assembly): readonly NewObject[] {
  const id = assembly.nextId('replication/sessions');
  const group = refIn(draft, 'local_volume_group') ?? '';
  const volumes = flagIn(draft, 'auto_configure_peer_volumes')
    ? [...assembly.ids('volumes', 'volume_group.ref', group)]
    : [];
  const peerGroup = {
    id: assembly.nextId('replication/peer_volume_groups'),
    name: textIn(draft, 'replication_peer_volume_group_name') || textIn(assembly.follow(group) ?? {}, 'name'),
    local_volume_group: draft['local_volume_group'] ?? null,
    replication_session: refTo('replication/sessions', id),
  };
  const session = {
    ...draft,
    id,
    remote_replication_session_name:
      textIn(draft, 'remote_replication_session_name') || `remote_${textIn(draft, 'name')}`,
  };
  return [
    { collection: 'replication/sessions', record: session },
    { collection: 'replication/peer_volume_groups', record: peerGroup },
    ...volumes.map((volume) => ({
      collection: 'replication/peer_volumes',
      record: {
        id: assembly.nextId('replication/peer_volumes'),
        name: textIn(assembly.find('volumes', volume) ?? {}, 'name'),
        local_volume: refTo('volumes', volume),
        replication_session: refTo('replication/sessions', id),
      },
    })),
  ];
}

/** How a group is kept like one at a peer. States and their rules only: no data moves yet. */
export const replicationSessions: ResourceDefinition = {
  collection: 'replication/sessions',
  noun: 'replication session',
  sequence: 'replication/sessions',
  verbs: ['POST', 'PATCH', 'DELETE'],
  event: { word: 'REPLICATION_SESSION', number: 490 },
  fields: {
    name: { ...partName, unique: true },
    replication_peer_k2array: { kind: 'ref', onCreate: 'required', to: ['replication/peer_k2arrays'] },
    local_volume_group: { kind: 'ref', onCreate: 'required', to: ['volume_groups'] },
    rpo: { kind: 'int', onCreate: 'required', onPatch: true, minimum: 1 },
    retention_policy: { kind: 'ref', onCreate: 'required', onPatch: true, to: ['retention_policies'] },
    external_retention_policy: { kind: 'ref', onCreate: 'required', onPatch: true, to: ['retention_policies'] },
    auto_configure_peer_volumes: { kind: 'bool', onCreate: 'optional', initial: false, hidden: true },
    replication_peer_volume_group_name: { ...partName, onCreate: 'optional', onPatch: false, hidden: true },
    remote_replication_session_name: { ...partName, onCreate: 'optional', onPatch: false },
    remote_replication_session_id: { kind: 'int', nullable: true },
    target_exposure: { kind: 'str', onCreate: 'optional', onPatch: true, initial: 'unmapped' },
    state: { kind: 'str', onPatch: true, initial: 'idle', pattern: /^(idle|in_sync|suspended|failed_over)$/ },
    stopped: { kind: 'bool', derive: (record) => !isRunning(record) },
    suspend_reason: { kind: 'str', initial: '' },
    suspend_reason_code: {
      kind: 'str',
      derive: (record) => (textIn(record, 'state') === 'suspended' ? 'user' : 'none'),
    },
    current_role: { kind: 'str', initial: 'source' },
    primary: { kind: 'bool', initial: true },
    current_snapshot: { kind: 'str', nullable: true },
    current_snapshot_progress: { kind: 'int', initial: 0 },
    next_snapshot: { kind: 'str', nullable: true },
    restored_snapshot: { kind: 'str', nullable: true },
    latest_replicated_snapshot: { kind: 'ref', nullable: true },
    common_snapshots_count: { kind: 'int', initial: 0 },
    estimated_remaining_time: { kind: 'int', nullable: true },
    generation_number: { kind: 'int', initial: 0 },
    replication_peer_volume_group: peerGroupOfSession((record) => refPath('replication/sessions', record.id)),
    replication_rpo_history: {
      kind: 'ref',
      to: ['replication/rpo_history'],
      derive: (record) => refTo('replication/rpo_history', record.id),
    },
  },
  indexes: { local_group: (record) => refIn(record, 'local_volume_group') },
  uniqueIndexes: [
    duplicate('replication session', 'name'),
    { index: 'local_group', message: () => 'the volume group already has a replication session' },
  ],
  checks: [checkState],
  removalChecks: [
    (record) =>
      isRunning(record) ? `is ${textIn(record, 'state')}: it can be removed only while it is idle` : undefined,
  ],
  owns: [
    { collection: 'replication/peer_volumes', index: 'replication_session.ref' },
    { collection: 'replication/peer_volume_groups', index: 'replication_session.ref' },
  ],
  releases: [{ collection: 'snapshots', field: 'replication_session' }],
  assemble,
};
