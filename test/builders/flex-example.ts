/**
 * The example of the Flex contract as the table holds it: `orders` (7) on sqlprod1, cloned to sqldev1 as `orders_dev` (5).
 * Defaults plus what the test is about.
 */
import type { Clone } from '../../shared/domain/clone.ts';
import type { Database } from '../../shared/domain/database.ts';
import type { Host } from '../../shared/domain/host.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { Task } from '../../shared/domain/task.ts';
import { aClone, aSnapshot } from './catalog.ts';
import { aDatabase, aVolume } from './database.ts';
import { aHost } from './host.ts';
import { aClonePlan, aTask } from './task.ts';

export const hostRow = (about: Partial<Host> = {}): Host =>
  aHost({ hostId: 'sqlprod1', vendor: 'mssql', sdpId: '', generation: 1, lastSeenSeconds: 0, ...about });

/** One data file on one array volume; `serial: null` puts it on a disk the array does not know. */
export const databaseRow = ({
  serial = '1344090006',
  ...about
}: Partial<Database> & { readonly serial?: string | null } = {}): Database =>
  aDatabase({
    hostId: 'sqlprod1',
    dbId: '7',
    name: 'orders',
    vendor: 'mssql',
    files: [
      { name: 'orders', fileId: 1, kind: 'data', path: 'G:\\d\\orders.mdf', sizeMib: 512, backupStatus: 'ACTIVE' },
    ],
    mountPoints: [{ kind: 'disk', path: 'G:\\', serial: serial ?? 'elsewhere' }],
    generation: 1,
    volumes:
      serial === null
        ? []
        : [
            aVolume({
              sdpId: '134409',
              serial,
              volumeId: 6,
              volumeName: 'prod-d',
              volumeGroupId: 2,
              volumeGroupName: 'prod-vg',
            }),
          ],
    ...about,
  });

export const cloneRow = (about: Partial<Clone> = {}): Clone =>
  aClone({
    hostId: 'sqldev1',
    dbId: '5',
    dbName: 'orders_dev',
    sourceHostId: 'sqlprod1',
    sourceDbId: '7',
    sourceDbName: 'orders',
    snapshotId: 'snap_1767000100',
    sdpId: '134409',
    ...about,
  });

export const snapshotRow = (about: Partial<Snapshot> = {}): Snapshot =>
  aSnapshot({
    snapshotId: 'snap_1767000100',
    hostId: 'sqlprod1',
    hostName: 'sqlprod1',
    sdpId: '134409',
    databases: [
      {
        dbId: '7',
        uid: '',
        dbName: 'orders',
        vendor: 'mssql',
        restorePoint: '',
        volumes: [{ serial: '1344090006', volumeId: 6, snapshotIndex: 0 }],
      },
    ],
    arraySnapshots: [{ name: 'rp-snapshot-1', arrayId: 17, origin: { kind: 'volume-group', id: 2, name: 'prod-vg' } }],
    takenAtSeconds: 1_767_000_100,
    dbEngineVersion: '16.0.1000.6',
    state: 'available',
    ...about,
  });

export const taskRow = (about: Partial<Task> = {}): Task =>
  aTask({
    requestId: 'q3Jt0m9rXn2Vb7Lw4sKc8dPzAbCdEfGh',
    plan: aClonePlan({
      sourceHostId: 'sqlprod1',
      sources: [{ dbId: '7', uid: '', dbName: 'orders', vendor: 'mssql' }],
      destinations: [{ hostId: 'sqldev1', dbName: 'orders_dev', sourceDbId: '7' }],
    }),
    createdAtSeconds: 1_767_000_200,
    updatedAtSeconds: 1_767_000_200,
    refId: 'a1B2c3D4e5',
    principal: 'user:operator',
    ...about,
  });
