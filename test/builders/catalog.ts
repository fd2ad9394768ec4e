import type { Clone } from '../../shared/domain/clone.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';

/** A pending snapshot of one database of host-1, taken by request-1. */
export const aSnapshot = (about: Partial<Snapshot> = {}): Snapshot => ({
  snapshotId: 'snap_1000',
  hostId: 'host-1',
  hostName: 'db1.example',
  sdpId: 'sdp-1',
  databases: [
    {
      dbId: '5',
      uid: '',
      dbName: 'sales',
      vendor: 'postgres',
      restorePoint: '0/3000028',
      volumes: [{ serial: 'serial-1', volumeId: 1, snapshotIndex: 0 }],
    },
  ],
  arraySnapshots: [{ name: 'rp-snap-1', arrayId: 7, origin: { kind: 'volume-group', id: 1, name: 'group-1' } }],
  takenAtSeconds: 1000,
  consistencyLevel: 'application',
  dbEngineVersion: '18.4',
  isVssBased: false,
  state: 'pending',
  requestId: 'request-1',
  scheduleId: '',
  pins: new Set(),
  exclusiveBy: '',
  ...about,
});

/** A clone on host-2 of the database of `aSnapshot`. */
export const aClone = (about: Partial<Clone> = {}): Clone => ({
  hostId: 'host-2',
  dbId: '9',
  dbName: 'sales_copy',
  sourceHostId: 'host-1',
  sourceDbId: '5',
  sourceDbName: 'sales',
  uid: '',
  sourceUid: '',
  snapshotId: 'snap_1000',
  sdpId: 'sdp-1',
  views: ['rp-view-1'],
  requestId: 'request-1',
  createdAtSeconds: 1000,
  isRestored: false,
  snapshotIds: new Set(),
  ...about,
});
