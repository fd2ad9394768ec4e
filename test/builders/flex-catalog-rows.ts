/** Clones and snapshots as the table holds them: defaults plus what the test is about. */
import type { Clone } from '../../shared/domain/clone.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';

export const cloneRow = (given: Partial<Clone> = {}): Clone => ({
  hostId: 'sqldev1',
  dbId: '5',
  dbName: 'orders_dev',
  sourceHostId: 'sqlprod1',
  sourceDbId: '7',
  sourceDbName: 'orders',
  snapshotId: 'snap_1767000100',
  views: ['rp-view-1'],
  requestId: 'request-1',
  createdAtSeconds: 1_767_000_100,
  snapshotIds: new Set(),
  ...given,
});

export const snapshotRow = (given: Partial<Snapshot> = {}): Snapshot => ({
  snapshotId: 'snap_1767000100',
  hostId: 'sqlprod1',
  hostName: 'sqlprod1',
  sdpId: '134409',
  databases: [
    {
      dbId: '7',
      dbName: 'orders',
      vendor: 'mssql',
      restorePoint: '',
      volumes: [{ serial: '1344090006', volumeId: 6, snapshotIndex: 0 }],
    },
  ],
  arraySnapshots: [{ name: 'rp-snapshot-1', arrayId: 17, origin: { kind: 'volume-group', id: 2, name: 'prod-vg' } }],
  takenAtSeconds: 1_767_000_100,
  consistencyLevel: 'application',
  dbEngineVersion: '16.0.1000.6',
  isVssBased: false,
  state: 'available',
  requestId: 'request-1',
  pins: new Set(),
  exclusiveBy: '',
  ...given,
});
