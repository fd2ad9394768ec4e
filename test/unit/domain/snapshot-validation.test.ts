import { describe, expect, it } from 'vitest';
import {
  snapshotIssues,
  snapshotPlan,
  type SnapshotRequest,
  snapshotWaits,
} from '../../../shared/domain/snapshot-validation.ts';
import { aDatabase, aVolume } from '../../builders/database.ts';
import { aHost } from '../../builders/host.ts';

const request: SnapshotRequest = {
  hostId: 'host-1',
  databaseIds: ['5', '6'],
  namePrefix: 'snap',
  consistencyLevel: 'application',
  forceVss: false,
  scheduleId: 'nightly',
};
const databases = [aDatabase(), aDatabase({ dbId: '6', name: 'stock' }), aDatabase({ dbId: '7', name: 'other' })];
const facts = { nowSeconds: 1010, host: aHost({ lastSeenSeconds: 0 }), databases };
const sqlServer = (dbEngineVersion: string, hasVssProvider: boolean) =>
  aHost({ vendor: 'mssql', dbEngineVersion, hasVssProvider });
const typesOf = (about: Partial<SnapshotRequest>, given: Partial<typeof facts> = {}) =>
  snapshotIssues({ ...request, ...about }, { ...facts, ...given }).map((one) => one.issue_type);

describe('a snapshot', () => {
  it('of a schedule has no issues with live databases of one host, also while its agent is silent', () => {
    expect(typesOf({})).toEqual([]);
  });

  it('that somebody asks for needs an agent that is there', () => {
    expect(typesOf({ scheduleId: '' })).toEqual(['HOST_NOT_CONNECTED']);
    expect(typesOf({ scheduleId: '' }, { host: aHost() })).toEqual([]);
  });

  it('waits for those of its databases that a running task holds', () => {
    const held = new Set(['host-1/stock', 'host-1/other']);
    expect(snapshotWaits({ ...request, databaseIds: ['6', '6', '9'] }, facts, held)).toMatchObject([
      { issue_type: 'RESOURCE_IS_LOCKED', body: { host_id: 'host-1', db_id: '6' } },
    ]);
    expect(snapshotWaits({ ...request, databaseIds: ['5'] }, facts, held)).toEqual([]);
  });

  it('names every database it cannot be taken of', () => {
    const spoiled = [aDatabase({ status: 'OFFLINE' }), aDatabase({ dbId: '6', volumes: [] })];
    expect(typesOf({ databaseIds: ['5', '6', '9', '9'] }, { databases: spoiled })).toEqual([
      'DB_SNAPSHOT_NOT_ALLOWED',
      'DB_SNAPSHOT_NOT_ALLOWED',
      'DB_NOT_FOUND',
    ]);
  });

  it('of a host nobody registered says so alone', () => {
    expect(snapshotIssues(request, { ...facts, host: undefined, databases: [] })).toMatchObject([
      { issue_type: 'HOST_NOT_FOUND', body: { host_id: 'host-1' } },
    ]);
  });

  it.each([
    ['forced on a postgres host', true, aHost(), ['VSS_NOT_AVAILABLE']],
    ['forced without a provider', true, sqlServer('16.0.1000.6', false), ['VSS_NOT_AVAILABLE']],
    ['forced with one', true, sqlServer('16.0.1000.6', true), []],
    ['not forced, on SQL Server 2022', false, sqlServer('16.0.1000.6', false), []],
    ['not forced, on SQL Server 2019', false, sqlServer('15.0.2000.5', false), ['VSS_NOT_AVAILABLE']],
    ['not forced, on SQL Server 2019 with a provider', false, sqlServer('15.0.2000.5', true), []],
    ['not forced, before the agent told its version', false, sqlServer('', false), []],
    ['not forced, on an older PostgreSQL', false, aHost({ dbEngineVersion: '15.4' }), []],
  ])('needs VSS at application level when %s, and never at crash level', (_, forceVss, host, types) => {
    expect(typesOf({ forceVss }, { host })).toEqual(types);
    expect(typesOf({ forceVss, consistencyLevel: 'crash' }, { host })).toEqual([]);
  });

  it('at crash level cannot span several groups', () => {
    const split = aDatabase({
      mountPoints: ['serial-1', 'serial-2'].map((serial) => ({ kind: 'directory', path: serial, serial })),
      volumes: [aVolume(), aVolume({ serial: 'serial-2', volumeId: 2, volumeGroupId: 2 })],
    });
    const wanted = { databaseIds: ['5'], consistencyLevel: 'crash' as const };
    expect(typesOf(wanted, { databases: [split] })).toEqual(['DB_SNAPSHOT_NOT_ALLOWED']);
  });

  it('lies on one array', () => {
    const elsewhere = aDatabase({ dbId: '6', volumes: [aVolume({ sdpId: 'sdp-2' })] });
    expect(
      snapshotIssues(
        { ...request, databaseIds: ['5', '6'] },
        { ...facts, host: aHost(), databases: [aDatabase(), elsewhere] },
      ),
    ).toMatchObject([{ issue_type: 'SDP_MISMATCH', body: { host_id: 'host-1', sdp_ids: ['sdp-1', 'sdp-2'] } }]);
  });

  it('lies on the array that the host names, or on whichever where it names none', () => {
    const of = (sdpId: string) =>
      snapshotIssues(
        { ...request, databaseIds: ['5'] },
        { ...facts, host: aHost({ sdpId }), databases: [aDatabase()] },
      );
    expect(of('sdp-2')).toMatchObject([
      { issue_type: 'SDP_MISMATCH', body: { host_id: 'host-1', sdp_ids: ['sdp-1'] } },
    ]);
    expect([...of('sdp-1'), ...of('')]).toEqual([]);
  });

  it('is planned with the databases it names, and no others', () => {
    expect(snapshotPlan(request, facts)).toEqual({
      flow: 'create-snapshot',
      sdpId: 'sdp-1',
      sourceHostId: 'host-1',
      sources: [
        { dbId: '5', uid: '', dbName: 'sales', vendor: 'postgres' },
        { dbId: '6', uid: '', dbName: 'stock', vendor: 'postgres' },
      ],
      namePrefix: 'snap',
      consistencyLevel: 'application',
      forceVss: false,
      scheduleId: 'nightly',
    });
  });
});
