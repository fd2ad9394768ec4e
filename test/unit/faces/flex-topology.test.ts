import { describe, expect, it } from 'vitest';
import { FlexTopology, flexTopology, type TopologyFacts } from '../../../shared/faces/flex/flex-topology.ts';
import { aVolume } from '../../builders/database.ts';
import { cloneRow, databaseRow, hostRow, snapshotRow } from '../../builders/flex-example.ts';

const facts: TopologyFacts = { nowSeconds: 1_767_000_100, hosts: [], databases: [], clones: [], snapshots: [] };

/** Parsed by the schema, so that every case also checks the shape. */
const topology = (about: Partial<TopologyFacts>) => FlexTopology.parse(flexTopology({ ...facts, ...about }));
const databasesOf = (about: Partial<TopologyFacts>) =>
  topology({ hosts: [hostRow()], ...about }).flatMap((entry) => entry.databases);

it('has the whole shape of contract section 6', () => {
  const host = hostRow({
    lastSeenSeconds: 1_767_000_050,
    hostName: 'SQL-PROD',
    hostOs: 'Windows',
    hostOsVersion: 'Windows Server 2022 Datacenter',
    hostIqn: 'iqn.1991-05.com.microsoft:sqlprod1',
    agentVersion: '1.1.8',
    cloudVendor: 'AWS',
  });
  expect(topology({ hosts: [host], databases: [databaseRow()], snapshots: [snapshotRow()] })).toEqual([
    {
      host: {
        id: 'sqlprod1',
        name: 'SQL-PROD',
        last_seen_ts: 1_767_000_050,
        is_connected: true,
        os: 'Windows Server 2022 Datacenter',
        agent_version: '1.1.8',
        iqn: 'iqn.1991-05.com.microsoft:sqlprod1',
        cloud_vendor: 'AWS',
        cidrs: [],
      },
      sdps: [{ sdp_id: '134409', host_name: 'sqlprod1' }],
      databases: [
        {
          id: '7',
          name: 'orders',
          vendor: 'mssql',
          parent: null,
          source_host_id: null,
          source_db_id: null,
          source_db_name: null,
          db_snapshot_allowed: true,
          db_snapshot_disallowed_reason: '',
          files: [
            {
              sdp_id: '134409',
              name: 'orders',
              size_mb: 512,
              kind: 'data',
              volume_id: 6,
              volume_name: 'prod-d',
              volume_group_id: 2,
              volume_group_name: 'prod-vg',
              volume_scsi_sn: '1344090006',
            },
          ],
          db_snapshots: [
            {
              id: 'snap_1767000100',
              timestamp: 1_767_000_100,
              consistency_level: 'application',
              db_ids: ['7'],
              deletable: true,
            },
          ],
        },
      ],
    },
  ]);
});

it('has one entry per host, named by its id until the agent reports', () => {
  const entries = topology({ hosts: [hostRow(), hostRow({ hostId: 'sqldev1' })] });
  expect(entries.map(({ host, databases }) => [host.id, host.name, databases])).toEqual([
    ['sqlprod1', 'sqlprod1', []],
    ['sqldev1', 'sqldev1', []],
  ]);
});

describe('databases', () => {
  it.each([
    ['not on the array', databaseRow({ serial: null })],
    [
      'with a disk beside the array',
      databaseRow({
        mountPoints: [
          { kind: 'disk', path: 'a', serial: '1344090006' },
          { kind: 'disk', path: 'b', serial: 'x' },
        ],
      }),
    ],
    ['without any disk', databaseRow({ mountPoints: [] })],
    ['of an earlier registration', databaseRow({ generation: 0 })],
    ['of a host that is not registered', databaseRow({ hostId: 'gone' })],
  ])('%s are left out', (_, database) => {
    expect(databasesOf({ databases: [database] })).toEqual([]);
  });

  it('that are not online cannot be snapshotted, with the reason', () => {
    expect(databasesOf({ databases: [databaseRow({ status: 'RESTORING' })] })).toMatchObject([
      { db_snapshot_allowed: false, db_snapshot_disallowed_reason: 'the database is RESTORING' },
    ]);
  });
});

describe('files', () => {
  /** The volume shown for each path, of a database whose disks are mounted there. */
  const volumesShown = (mounts: Readonly<Record<string, string>>, paths: readonly string[]) => {
    const database = databaseRow({
      files: paths.map((path, index) => ({
        name: path,
        fileId: index + 1,
        kind: 'data',
        path,
        sizeMib: 1,
        backupStatus: 'ACTIVE',
      })),
      mountPoints: Object.entries(mounts).map(([path, serial]) => ({ kind: 'disk', path, serial })),
      volumes: Object.values(mounts).map((serial) => aVolume({ serial })),
    });
    return databasesOf({ databases: [database] }).flatMap((one) => one.files.map((file) => file.volume_scsi_sn));
  };

  it.each<[string, Readonly<Record<string, string>>, readonly [path: string, serial: string][]]>([
    [
      'that share a volume',
      { 'G:\\': 'g', 'H:\\': 'h' },
      [
        ['G:\\a.mdf', 'g'],
        ['G:\\b.ndf', 'g'],
        ['H:\\a.ldf', 'h'],
      ],
    ],
    [
      'in another order than the disks',
      { 'G:\\': 'g', 'H:\\': 'h' },
      [
        ['H:\\a.ldf', 'h'],
        ['G:\\a.mdf', 'g'],
      ],
    ],
    [
      'below a disk that is mounted on another',
      { 'G:\\': 'g', 'G:\\log': 'log' },
      [
        ['G:\\log\\a.ldf', 'log'],
        ['G:\\log2\\a.ldf', 'g'],
      ],
    ],
    ['of Windows, whatever the case', { 'G:\\': 'g', 'H:\\MP': 'mp' }, [['h:\\mp\\a.mdf', 'mp']]],
    [
      'of Linux, where case counts',
      { '/data': 'lower', '/Data': 'upper' },
      [
        ['/Data/base', 'upper'],
        ['/data', 'lower'],
      ],
    ],
    ['below no disk: the first', { '/data/': 'first', '/log': 'second' }, [['/elsewhere/file', 'first']]],
  ])('%s have the volume their path leads to', (_, mounts, files) => {
    const paths = files.map(([path]) => path);
    expect(volumesShown(mounts, paths)).toEqual(files.map(([, serial]) => serial));
  });
});

describe('snapshots', () => {
  it('are always a list', () => {
    expect(databasesOf({ databases: [databaseRow()] })).toMatchObject([{ db_snapshots: [] }]);
  });

  it('of several databases are listed under each, with all ids', () => {
    const [first] = snapshotRow().databases;
    if (first === undefined) throw new Error('the example has a database');
    const snapshot = snapshotRow({ databases: [first, { ...first, dbId: '8' }] });
    const shown = databasesOf({
      databases: [databaseRow(), databaseRow({ dbId: '8' }), databaseRow({ dbId: '9' })],
      snapshots: [snapshot],
    });
    expect(shown.map((database) => database.db_snapshots.map((one) => one.db_ids))).toEqual([
      [['7', '8']],
      [['7', '8']],
      [],
    ]);
  });

  it.each([
    ['nobody needs it', {}, true],
    ['a clone lives on it', { pins: new Set(['clone#sqldev1#5']) }, false],
    ['a task reads it', { pins: new Set(['task#1']) }, false],
    ['a task deletes it', { exclusiveBy: 'request-2' }, false],
  ])('say whether they can be deleted: %s', (_, about, deletable) => {
    expect(databasesOf({ databases: [databaseRow()], snapshots: [snapshotRow(about)] })).toMatchObject([
      { db_snapshots: [{ deletable }] },
    ]);
  });

  it('are listed on the source host only; those of a clone under the clone', () => {
    const dev = databaseRow({ hostId: 'sqldev1', dbId: '5' });
    const shown = topology({
      hosts: [hostRow(), hostRow({ hostId: 'sqldev1' })],
      databases: [databaseRow(), dev],
      clones: [cloneRow()],
      snapshots: [
        snapshotRow(),
        snapshotRow({
          snapshotId: 'of-clone',
          hostId: 'sqldev1',
          databases: [{ dbId: '5', uid: '', dbName: 'x', vendor: 'mssql', restorePoint: '', volumes: [] }],
        }),
      ],
    });
    expect(shown.map((entry) => entry.databases.map((one) => one.db_snapshots.map((snapshot) => snapshot.id)))).toEqual(
      [[['snap_1767000100']], [['of-clone']]],
    );
  });
});

it("shows a restored original without a parent: it is nobody's clone", () => {
  const clone = cloneRow({ hostId: 'sqlprod1', dbId: '7', sourceDbId: '7', isRestored: true });
  expect(databasesOf({ databases: [databaseRow()], clones: [clone] })).toMatchObject([
    { id: '7', parent: null, source_host_id: null, source_db_id: null },
  ]);
});

it('shows the lineage of a clone twice: nested and flat', () => {
  const hosts = [hostRow({ hostId: 'sqldev1' })];
  const clone = databaseRow({ hostId: 'sqldev1', dbId: '5', name: 'orders_dev' });
  expect(databasesOf({ hosts, databases: [clone], clones: [cloneRow()] })).toMatchObject([
    {
      parent: { src_host_id: 'sqlprod1', src_db_id: '7', snap_id: 'snap_1767000100' },
      source_host_id: 'sqlprod1',
      source_db_id: '7',
      source_db_name: 'orders',
    },
  ]);
});

it.each([
  ['another uid', { uid: 'b' }, { uid: 'a' }],
  ['another name, where no uid is known', { name: 'payroll' }, {}],
])('a database that has the id of a clone and %s has no parent', (_, database, clone) => {
  const hosts = [hostRow({ hostId: 'sqldev1' })];
  const databases = [databaseRow({ hostId: 'sqldev1', dbId: '5', name: 'orders_dev', ...database })];
  expect(databasesOf({ hosts, databases, clones: [cloneRow(clone)] })).toMatchObject([{ parent: null }]);
});

it('names every array of a host once, its own link too', () => {
  const [entry] = topology({
    hosts: [hostRow({ sdpId: '99' })],
    databases: [databaseRow(), databaseRow({ dbId: '8' })],
  });
  expect(entry?.sdps.map((sdp) => sdp.sdp_id)).toEqual(['99', '134409']);
});

it.each([
  [89, true],
  [90, false],
])('takes a heartbeat of %i seconds ago for connected: %s', (age, connected) => {
  const hosts = [hostRow({ lastSeenSeconds: facts.nowSeconds - age })];
  expect(topology({ hosts })[0]?.host.is_connected).toBe(connected);
});
