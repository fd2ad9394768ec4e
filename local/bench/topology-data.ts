/** A large catalog, planted into the product's table as agents and tasks would have written it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { BatchPutRequest } from 'dynamodb-toolbox/entity/actions/batchPut';
import { BatchWriteCommand, execute } from 'dynamodb-toolbox/table/actions/batchWrite';
import { createEntities } from '../../shared/adapters/store-dynamodb/entities.ts';
import { snapshotRow } from '../../shared/adapters/store-dynamodb/snapshot-row.ts';
import type { TableAccess } from '../cloud/table-access.ts';

export interface CatalogSize {
  readonly hosts: number;
  readonly databasesOfEach: number;
  readonly snapshotsOfEach: number;
}

const EPOCH_SECONDS = 1_767_000_000;
const ROWS_AT_ONCE = 25;
const SDP_ID = '134409';
const AUDIT_DAYS = 1;

const rowsOf = ({ host, database, snapshot }: ReturnType<typeof createEntities>, size: CatalogSize) => {
  const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
  return numbers(size.hosts).flatMap((hostNumber) => {
    const hostId = `bench-host-${String(hostNumber).padStart(4, '0')}`;
    const hostRow = host.build(BatchPutRequest).item({
      hostId,
      vendor: 'mssql',
      sdpId: SDP_ID,
      generation: 1,
      registeredAtSeconds: EPOCH_SECONDS,
      lastSeenSeconds: EPOCH_SECONDS,
      tokenHash: `hash of ${hostId}`,
      queueUrl: '',
      inventorySequence: 1,
      databasesVersion: 1,
      hostName: hostId,
      hostIqn: `iqn.1991-05.com.microsoft:${hostId}`,
      hostOs: 'windows',
      hostOsVersion: 'Windows Server 2022',
      agentVersion: '1.0.0',
      cloudVendor: 'AZURE',
      dbEngineVersion: '16.0.1000.6',
    });
    const ofDatabases = numbers(size.databasesOfEach).flatMap((databaseNumber) => {
      const dbId = String(databaseNumber + 4);
      const dbName = `orders_${String(databaseNumber)}`;
      const volumeId = hostNumber * 1000 + databaseNumber;
      const serial = `0a00d${String(volumeId).padStart(8, '0')}`;
      const databaseRow = database.build(BatchPutRequest).item({
        hostId,
        dbId,
        name: dbName,
        vendor: 'mssql',
        status: 'ONLINE',
        files: [
          {
            name: dbName,
            fileId: 1,
            kind: 'data',
            path: `G:\\data\\${dbName}.mdf`,
            sizeMib: 512,
            backupStatus: 'ACTIVE',
          },
        ],
        mountPoints: [{ kind: 'disk', path: 'G:\\', serial }],
        connection: null,
        generation: 1,
        sequence: 1,
        volumes: [
          {
            sdpId: SDP_ID,
            serial,
            volumeId,
            volumeName: `volume-${String(volumeId)}`,
            volumeGroupId: volumeId,
            volumeGroupName: `group-${String(volumeId)}`,
          },
        ],
      });
      const snapshotRows = numbers(size.snapshotsOfEach).map((snapshotNumber) => {
        const number = volumeId * 100 + snapshotNumber;
        return snapshot.build(BatchPutRequest).item(
          snapshotRow({
            snapshotId: `nightly_${String(EPOCH_SECONDS + number)}`,
            hostId,
            hostName: hostId,
            sdpId: SDP_ID,
            databases: [
              {
                dbId,
                uid: '',
                dbName,
                vendor: 'mssql',
                restorePoint: '',
                volumes: [{ serial, volumeId, snapshotIndex: 0 }],
              },
            ],
            arraySnapshots: [
              {
                name: `rp-${String(number)}-s`,
                arrayId: number,
                origin: { kind: 'volume-group', id: volumeId, name: `group-${String(volumeId)}` },
              },
            ],
            takenAtSeconds: EPOCH_SECONDS + number,
            consistencyLevel: 'application',
            dbEngineVersion: '16.0.1000.6',
            isVssBased: false,
            state: 'available',
            requestId: `bench-${String(number)}`,
            scheduleId: '',
          }),
        );
      });
      return [databaseRow, ...snapshotRows];
    });
    return [hostRow, ...ofDatabases];
  });
};

/** Adds to what the table holds. */
export async function plantCatalog(access: TableAccess, size: CatalogSize): Promise<void> {
  const client = new DynamoDBClient(access.config);
  const entities = createEntities(access.name, DynamoDBDocumentClient.from(client), AUDIT_DAYS);
  const rows = rowsOf(entities, size);
  try {
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const batch = entities.table.build(BatchWriteCommand).requests(...rows.slice(from, from + ROWS_AT_ONCE));
      await execute({ maxAttempts: 5 }, batch);
    }
  } finally {
    client.destroy();
  }
}
