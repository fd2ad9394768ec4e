import type { Effect } from '../../shared/domain/effect.ts';
import type {
  CreateClonePlan,
  CreateSnapshotPlan,
  DeleteClonePlan,
  DeleteSnapshotPlan,
  ImportSnapshotPlan,
  RefreshPlan,
} from '../../shared/domain/plan.ts';
import type { Task } from '../../shared/domain/task.ts';
import type { AuditEntry, CommandRecord, RecordGuards } from '../../shared/ports/store.ts';

export const aClonePlan = (about: Partial<CreateClonePlan> = {}): CreateClonePlan => ({
  flow: 'create-clone',
  sdpId: 'sdp-1',
  sourceHostId: 'host-1',
  sources: [{ dbId: '5', uid: '', dbName: 'sales', vendor: 'postgres' }],
  destinations: [{ hostId: 'host-2', dbName: 'sales_copy', sourceDbId: '5' }],
  namePrefix: 'snap',
  consistencyLevel: 'application',
  targetState: 'online',
  forceVss: false,
  ...about,
});

export const aSnapshotPlan = (about: Partial<CreateSnapshotPlan> = {}): CreateSnapshotPlan => ({
  flow: 'create-snapshot',
  sdpId: 'sdp-1',
  sourceHostId: 'host-1',
  sources: [{ dbId: '5', uid: '', dbName: 'sales', vendor: 'postgres' }],
  namePrefix: 'snap',
  consistencyLevel: 'application',
  forceVss: false,
  scheduleId: '',
  ...about,
});

export const aCloneDeletion = (about: Partial<DeleteClonePlan> = {}): DeleteClonePlan => ({
  flow: 'delete-clone',
  sdpId: 'sdp-1',
  hostId: 'host-2',
  dbId: '9',
  dbName: 'sales_copy',
  cloneRequestId: 'request-0',
  snapshotIds: [],
  ...about,
});

export const anImportPlan = (about: Partial<ImportSnapshotPlan> = {}): ImportSnapshotPlan => ({
  flow: 'import-snapshot',
  sdpId: 'sdp-1',
  snapshotId: 'snap_1000',
  sourceHostId: 'host-1',
  destinations: [{ hostId: 'host-2', dbName: 'sales_copy', sourceDbId: '5' }],
  targetState: 'online',
  ...about,
});

/** Without a backup. */
export const aRefreshPlan = (about: Partial<RefreshPlan> = {}): RefreshPlan => ({
  flow: 'refresh',
  sdpId: 'sdp-1',
  hostId: 'host-2',
  snapshotId: 'snap_2000',
  sourceHostId: 'host-1',
  databases: [{ dbId: '9', dbName: 'sales_copy', sourceDbId: '5', backupName: '' }],
  targetState: 'online',
  ...about,
});

export const aSnapshotDeletion = (about: Partial<DeleteSnapshotPlan> = {}): DeleteSnapshotPlan => ({
  flow: 'delete-snapshot',
  sdpId: 'sdp-1',
  snapshotId: 'snap_1000',
  ...about,
});

/** A queued clone task at its first attempt. */
export const aTask = (about: Partial<Task> = {}): Task => ({
  requestId: 'request-1',
  plan: aClonePlan(),
  commandType: 'CreateCloneCommand',
  state: 'queued',
  createdAtSeconds: 1000,
  updatedAtSeconds: 1000,
  owner: 'ocie-0',
  refId: 'ref-1',
  principal: 'user:anna',
  error: '',
  result: null,
  attempt: 1,
  phase: 'forward',
  cancelRequested: false,
  pastPointOfNoReturn: false,
  freezeRound: 0,
  snapshotId: '',
  leftovers: [],
  ...about,
});

export const anAuditEntry = (about: Partial<AuditEntry> = {}): AuditEntry => ({
  atMilliseconds: 1_000_000,
  principal: 'user:anna',
  operation: 'create-clone',
  refId: 'ref-1',
  sourceIp: '10.0.0.1',
  subject: 'host-2/sales_copy',
  requestId: 'request-1',
  ...about,
});

export const noGuards: RecordGuards = { reserve: [], hosts: [], exclusiveSnapshots: [], pinnedSnapshot: null };

/** An intended view on the array. */
export const anEffect = (about: Partial<Effect> = {}): Effect => ({
  requestId: 'request-1',
  effectId: 'view-0-0',
  kind: 'view',
  state: 'intended',
  name: 'rp-view-1',
  hostId: '',
  sdpId: 'sdp-1',
  requires: [],
  outcome: {},
  blockedAttempt: 0,
  blockedReason: '',
  ...about,
});

export const aCommand = (about: Partial<CommandRecord> = {}): CommandRecord => ({
  requestId: 'request-1',
  commandId: 'request-1.attach.attach-0.1',
  hostId: 'host-2',
  kind: 'attach',
  effectId: 'attach-0',
  purpose: 'do',
  token: 'task-token-1',
  state: 'sent',
  attempt: 1,
  sentAtSeconds: 1000,
  ...about,
});
