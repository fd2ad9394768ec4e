/** Hosts and their databases as the table holds them: defaults plus what the test is about. */
import type { Database } from '../../shared/domain/database.ts';
import type { Host } from '../../shared/domain/host.ts';

export const hostRow = (given: Partial<Host> = {}): Host => ({
  hostId: 'sqlprod1',
  vendor: 'mssql',
  sdpId: '',
  generation: 1,
  registeredAtSeconds: 1_767_000_000,
  lastSeenSeconds: 0,
  tokenHash: 'hash',
  queueUrl: '',
  inventorySequence: 0,
  databasesVersion: 0,
  hostName: '',
  hostIqn: '',
  hostOs: '',
  hostOsVersion: '',
  agentVersion: '',
  cloudVendor: 'UNKNOWN',
  dbEngineVersion: '',
  ...given,
});

/** One data file on one array volume; `serial: null` puts it on a disk the array does not know. */
export const databaseRow = ({ serial = '1344090006', ...given }: Partial<Database> & { readonly serial?: string | null } = {}): Database => ({
  hostId: 'sqlprod1',
  dbId: '7',
  name: 'orders',
  vendor: 'mssql',
  status: 'ONLINE',
  files: [{ name: 'orders', fileId: 1, kind: 'data', path: 'G:\\d\\orders.mdf', sizeMib: 512, backupStatus: 'ACTIVE' }],
  mountPoints: [{ kind: 'disk', path: 'G:\\', serial: serial ?? 'elsewhere' }],
  connection: null,
  generation: 1,
  sequence: 1,
  volumes:
    serial === null
      ? []
      : [{ sdpId: '134409', serial, volumeId: 6, volumeName: 'prod-d', volumeGroupId: 2, volumeGroupName: 'prod-vg' }],
  ...given,
});
