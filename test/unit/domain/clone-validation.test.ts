import { describe, expect, it } from 'vitest';
import { cloneIssues, clonePlan, type CloneRequest, cloneWaits } from '../../../shared/domain/clone-validation.ts';
import type { Database } from '../../../shared/domain/database.ts';
import {
  type DestinationFacts,
  hostIdsOf,
  maxDestinationHosts,
  maxDestinations,
} from '../../../shared/domain/destination-validation.ts';
import type { Host } from '../../../shared/domain/host.ts';
import { lockKey } from '../../../shared/domain/lock.ts';
import { aDatabase, aVolume } from '../../builders/database.ts';
import { aHost } from '../../builders/host.ts';

const request = (about: Partial<CloneRequest> = {}): CloneRequest => ({
  sourceHostId: 'host-1',
  destinations: [{ hostId: 'host-2', dbId: '5', dbName: 'sales_copy' }],
  namePrefix: 'snap',
  consistencyLevel: 'application',
  targetState: 'online',
  forceVss: false,
  ...about,
});
const to = (dbName: string, hostId = 'host-2', dbId = '5') => ({ hostId, dbId, dbName });

const facts = (
  about: { hosts?: readonly Host[]; databases?: readonly Database[]; locked?: readonly string[] } = {},
): DestinationFacts => {
  const hosts = about.hosts ?? [aHost(), aHost({ hostId: 'host-2' })];
  const databases = about.databases ?? [aDatabase()];
  return {
    nowSeconds: 1010,
    hosts: new Map(hosts.map((host) => [host.hostId, host])),
    databases: new Map(databases.map(({ hostId }) => [hostId, databases.filter((one) => one.hostId === hostId)])),
    locks: new Map(
      (about.locked ?? []).map((key) => [
        key,
        { key, owner: 'other', attempt: 1, heldSinceSeconds: 1, waiters: [], unsignalled: null, version: 1 },
      ]),
    ),
  };
};
const types = (wanted: CloneRequest, known: DestinationFacts) =>
  cloneIssues(wanted, known).map((one) => one.issue_type);

const twoGroups = aDatabase({
  mountPoints: ['serial-1', 'serial-2'].map((serial) => ({ kind: 'directory', path: 'data', serial })),
  volumes: [aVolume(), aVolume({ serial: 'serial-2', volumeGroupId: 2 })],
});

const onOtherArray = aDatabase({ dbId: '6', name: 'stock', volumes: [aVolume({ sdpId: 'sdp-2' })] });

describe('what is wrong with a clone request', () => {
  it('is nothing when all is well', () => {
    expect(cloneIssues(request(), facts())).toEqual([]);
  });

  it.each([
    ['an unknown source host', request({ sourceHostId: 'x' }), facts(), ['HOST_NOT_FOUND']],
    ['an unknown destination host', request({ destinations: [to('a', 'x')] }), facts(), ['HOST_NOT_FOUND']],
    [
      'a silent host',
      request(),
      facts({ hosts: [aHost({ lastSeenSeconds: 920 }), aHost({ hostId: 'host-2' })] }),
      ['HOST_NOT_CONNECTED'],
    ],
    ['an unknown database', request({ destinations: [to('a', 'host-2', '6')] }), facts(), ['DB_NOT_FOUND']],
    [
      'a database off the array',
      request(),
      facts({ databases: [aDatabase({ volumes: [] })] }),
      ['DB_SNAPSHOT_NOT_ALLOWED'],
    ],
    [
      'a database partly off the array',
      request(),
      facts({ databases: [{ ...twoGroups, volumes: [aVolume()] }] }),
      ['DB_SNAPSHOT_NOT_ALLOWED'],
    ],
    [
      'a database without disks',
      request(),
      facts({ databases: [aDatabase({ mountPoints: [] })] }),
      ['DB_SNAPSHOT_NOT_ALLOWED'],
    ],
    [
      'crash consistency over two groups',
      request({ consistencyLevel: 'crash' }),
      facts({ databases: [twoGroups] }),
      ['DB_SNAPSHOT_NOT_ALLOWED'],
    ],
    ['application consistency over two groups', request(), facts({ databases: [twoGroups] }), []],
    [
      'another engine',
      request(),
      facts({ hosts: [aHost(), aHost({ hostId: 'host-2', vendor: 'mssql' })] }),
      ['DB_VENDOR_MISMATCH'],
    ],
    [
      'a destination on another array',
      request(),
      facts({ hosts: [aHost(), aHost({ hostId: 'host-2', sdpId: 'sdp-2' })] }),
      ['SDP_MISMATCH'],
    ],
    [
      'a destination that names no array',
      request(),
      facts({ hosts: [aHost(), aHost({ hostId: 'host-2', sdpId: '' })] }),
      [],
    ],
    [
      'databases of one snapshot on two arrays',
      request({ destinations: [to('a', 'host-1'), to('b', 'host-1', '6')] }),
      facts({ hosts: [aHost({ sdpId: '' })], databases: [aDatabase(), onOtherArray] }),
      ['SDP_MISMATCH'],
    ],
    [
      'a database whose disks are on two arrays',
      request({ destinations: [to('a', 'host-1')] }),
      facts({
        hosts: [aHost({ sdpId: '' })],
        databases: [{ ...twoGroups, volumes: [aVolume(), aVolume({ serial: 'serial-2', sdpId: 'sdp-2' })] }],
      }),
      ['SDP_MISMATCH'],
    ],
    [
      'one name twice, whatever its case',
      request({ destinations: [to('a'), to('A')] }),
      facts(),
      ['DB_NAME_DUPLICATED'],
    ],
    ['one name on two hosts', request({ destinations: [to('a'), to('a', 'host-1')] }), facts(), []],
    ['an invalid name', request({ destinations: [to("it's")] }), facts(), ['DB_NAME_INVALID']],
    ['a system database', request({ destinations: [to('Master')] }), facts(), ['DB_NAME_INVALID']],
    [
      'a name in use, whatever its case',
      request({ destinations: [to('SALES', 'host-1')] }),
      facts(),
      ['DB_NAME_IS_IN_USE'],
    ],
    [
      'a reserved name',
      request({ destinations: [to('Copy')] }),
      facts({ locked: [lockKey('host-2', 'copy')] }),
      ['DB_NAME_IS_IN_USE'],
    ],
    ['VSS of a postgres host', request({ forceVss: true }), facts(), ['VSS_NOT_AVAILABLE']],
    ['VSS at crash level, which uses none', request({ forceVss: true, consistencyLevel: 'crash' }), facts(), []],
    [
      'VSS of a source with a provider',
      request({ forceVss: true }),
      facts({
        hosts: [aHost({ vendor: 'mssql', hasVssProvider: true }), aHost({ hostId: 'host-2', vendor: 'mssql' })],
      }),
      [],
    ],
  ])('%s', (_, wanted, known, expected) => {
    expect(types(wanted, known)).toEqual(expected);
  });

  it('is all said at once, and each thing once', () => {
    const wanted = request({
      consistencyLevel: 'crash',
      destinations: [
        to('a'),
        to('A'),
        to('b['),
        to('taken'),
        to('c', 'gone'),
        to('d', 'silent'),
        to('e', 'windows'),
        to('f', 'host-2', '6'),
      ],
    });
    const hosts = [
      aHost(),
      aHost({ hostId: 'host-2' }),
      aHost({ hostId: 'silent', lastSeenSeconds: 1 }),
      aHost({ hostId: 'windows', vendor: 'mssql' }),
    ];
    const known = facts({ hosts, databases: [twoGroups, aDatabase({ hostId: 'host-2', dbId: '8', name: 'TAKEN' })] });
    expect(types(wanted, known).toSorted()).toEqual([
      'DB_NAME_DUPLICATED',
      'DB_NAME_INVALID',
      'DB_NAME_IS_IN_USE',
      'DB_NOT_FOUND',
      'DB_SNAPSHOT_NOT_ALLOWED',
      'DB_VENDOR_MISMATCH',
      'HOST_NOT_CONNECTED',
      'HOST_NOT_FOUND',
    ]);
  });
});

describe('what a request would wait for', () => {
  it('is a source held by a task, and no issue', () => {
    const known = facts({ locked: [lockKey('host-1', 'sales')] });
    expect(cloneWaits(request(), known).map((one) => one.issue_type)).toEqual(['RESOURCE_IS_LOCKED']);
    expect(cloneIssues(request(), known)).toEqual([]);
    expect(cloneWaits(request(), facts())).toEqual([]);
  });
});

describe('the plan', () => {
  it('names each source once and keeps the order of the destinations', () => {
    const wanted = request({ destinations: [to('a'), to('b'), to('c', 'host-1')], targetState: 'recovery' });
    expect(clonePlan(wanted, facts())).toEqual({
      flow: 'create-clone',
      sdpId: 'sdp-1',
      sourceHostId: 'host-1',
      sources: [{ dbId: '5', uid: '', dbName: 'sales', vendor: 'postgres' }],
      destinations: [
        { hostId: 'host-2', dbName: 'a', sourceDbId: '5' },
        { hostId: 'host-2', dbName: 'b', sourceDbId: '5' },
        { hostId: 'host-1', dbName: 'c', sourceDbId: '5' },
      ],
      namePrefix: 'snap',
      consistencyLevel: 'application',
      targetState: 'recovery',
      forceVss: false,
    });
    expect(hostIdsOf(wanted.destinations)).toEqual(['host-2', 'host-1']);
  });
  it('fits a transaction of 100 items', () => {
    // Task, open task, audit, the array, whose call it is, and the snapshot that is copied, besides.
    expect(6 + maxDestinations + maxDestinationHosts).toBeLessThanOrEqual(100);
  });
});
