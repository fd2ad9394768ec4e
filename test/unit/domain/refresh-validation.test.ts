import { describe, expect, it } from 'vitest';
import {
  backupNames,
  maxRefreshedDatabases,
  namedDatabases,
  type RefreshFacts,
  refreshIssues,
  refreshPlan,
  type RefreshRequest,
  refreshWaits,
} from '../../../shared/domain/refresh-validation.ts';
import type { Clone } from '../../../shared/domain/clone.ts';
import { lockKey } from '../../../shared/domain/lock.ts';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { aDatabase, aVolume } from '../../builders/database.ts';
import { aHost } from '../../builders/host.ts';
import { aRefreshPlan } from '../../builders/task.ts';

const request = (about: Partial<RefreshRequest> = {}): RefreshRequest => ({
  snapshotId: 'snap_2000',
  dbNames: ['sales_copy'],
  keepBackup: false,
  targetState: 'online',
  ...about,
});
const copy = aDatabase({ hostId: 'host-2', dbId: '9', name: 'sales_copy' });
const original = aDatabase({ hostId: 'host-2', dbId: '10', name: 'Sales', volumes: [] });
const snapshot = aSnapshot({ snapshotId: 'snap_2000', state: 'available' });
const clones = (...all: Clone[]) => new Map(all.map((clone) => [clone.dbId, clone]));
const facts = (about: Partial<RefreshFacts> = {}): RefreshFacts => ({
  nowSeconds: 1010,
  backupAtSeconds: 1010,
  host: aHost({ hostId: 'host-2' }),
  databases: [copy, original],
  clones: clones(aClone()),
  snapshot,
  heldKeys: new Set(),
  ...about,
});
const backup = 'sales_copy_bkp_19700101T001650Z';
const keep = request({ keepBackup: true });

describe('what is wrong with a refresh', () => {
  it.each([
    ['nothing', request(), facts(), []],
    ['nothing, with a backup', keep, facts(), []],
    [
      'a silent host',
      request(),
      facts({ host: aHost({ hostId: 'host-2', lastSeenSeconds: 1 }) }),
      ['HOST_NOT_CONNECTED'],
    ],
    ['no snapshot', request(), facts({ snapshot: undefined }), ['DB_SNAPSHOT_NOT_FOUND']],
    ['unknown names', request({ dbNames: ['x', 'SALES_copy', 'y'] }), facts(), ['DB_NOT_FOUND', 'DB_NOT_FOUND']],
    ['a name twice', request({ dbNames: ['sales_copy', 'Sales_Copy'] }), facts(), ['DB_NAME_DUPLICATED']],
    [
      'a clone from another database',
      request(),
      facts({ clones: clones(aClone({ sourceDbId: '6' })) }),
      ['DB_NOT_IN_SNAPSHOT'],
    ],
    [
      'a clone from a database of another host with the same id',
      request(),
      facts({ clones: clones(aClone({ sourceHostId: 'host-3' })) }),
      ['DB_NOT_IN_SNAPSHOT'],
    ],
    [
      'a clone that bears the name of a database of the snapshot, and is of another',
      request({ dbNames: ['sales'] }),
      facts({ clones: clones(aClone({ dbId: '10', sourceDbId: '6' })) }),
      ['DB_NOT_IN_SNAPSHOT'],
    ],
    ['an original, by its name', request({ dbNames: ['sales'] }), facts(), []],
    [
      'a restored original, by its name whatever it is made from',
      request({ dbNames: ['sales'] }),
      facts({ clones: clones(aClone({ dbId: '10', sourceDbId: '6', isRestored: true })) }),
      [],
    ],
    ['an original of another name', request(), facts({ clones: clones() }), ['DB_NOT_IN_SNAPSHOT']],
    [
      'snapshots of a clone that goes',
      request(),
      facts({ clones: clones(aClone({ snapshotIds: new Set(['s1']) })) }),
      ['DB_IS_IN_USE'],
    ],
    [
      'snapshots of a clone that is kept',
      keep,
      facts({ clones: clones(aClone({ snapshotIds: new Set(['s1']) })) }),
      [],
    ],
    [
      'a host that may not keep backups',
      keep,
      facts({ host: aHost({ hostId: 'host-2', mayKeepBackups: false }) }),
      ['MISSING_HOST_PERMISSION'],
    ],
    [
      'the same host without a backup',
      request(),
      facts({ host: aHost({ hostId: 'host-2', mayKeepBackups: false }) }),
      [],
    ],
    [
      'a backup name in use',
      keep,
      facts({ databases: [copy, aDatabase({ hostId: 'host-2', dbId: '11', name: backup.toUpperCase() })] }),
      ['DB_NAME_IS_IN_USE'],
    ],
    ['a reserved backup name', keep, facts({ heldKeys: new Set([lockKey('host-2', backup)]) }), ['DB_NAME_IS_IN_USE']],
    [
      'a backup name that is too long',
      request({ keepBackup: true, dbNames: ['x'.repeat(108)] }),
      facts({ databases: [{ ...copy, name: 'x'.repeat(108) }] }),
      ['DB_NAME_INVALID'],
    ],
    [
      'the longest name that can be kept',
      request({ keepBackup: true, dbNames: ['x'.repeat(107)] }),
      facts({ databases: [{ ...copy, name: 'x'.repeat(107) }] }),
      [],
    ],
    [
      'another engine',
      request(),
      facts({ host: aHost({ hostId: 'host-2', vendor: 'mssql' }) }),
      ['DB_VENDOR_MISMATCH'],
    ],
    ['a host on another array', request(), facts({ host: aHost({ hostId: 'host-2', sdpId: 'x' }) }), ['SDP_MISMATCH']],
    ['a clone on another array', request(), facts({ clones: clones(aClone({ sdpId: 'x' })) }), ['SDP_MISMATCH']],
    ['a clone from before arrays had names', request(), facts({ clones: clones(aClone({ sdpId: '' })) }), []],
    [
      'disks on another array',
      request(),
      facts({ databases: [{ ...copy, volumes: [aVolume({ sdpId: 'x' })] }] }),
      ['SDP_MISMATCH'],
    ],
    [
      'a snapshot that is being deleted',
      request(),
      facts({ snapshot: { ...snapshot, exclusiveBy: 'r' } }),
      ['RESOURCE_IS_LOCKED'],
    ],
    [
      'several things at once',
      request({ dbNames: ['x', 'sales_copy'], keepBackup: true }),
      facts({ snapshot: undefined, host: aHost({ hostId: 'host-2', mayKeepBackups: false, lastSeenSeconds: 1 }) }),
      ['HOST_NOT_CONNECTED', 'DB_NOT_FOUND', 'DB_SNAPSHOT_NOT_FOUND', 'MISSING_HOST_PERMISSION'],
    ],
  ])('%s', (_, wanted, known, expected) => {
    expect(refreshIssues(wanted, known).map((one) => one.issue_type)).toEqual(expected);
  });

  it('is no lock on a database, for which the task waits', () => {
    const held = new Set([lockKey('host-2', 'sales_copy')]);
    expect(refreshWaits(request(), facts(), held).map((one) => one.issue_type)).toEqual(['RESOURCE_IS_LOCKED']);
    expect(refreshWaits(request(), facts(), new Set())).toEqual([]);
  });
});

describe('what is refreshed', () => {
  it('is named in the order of the request, each once, whatever the case', () => {
    const named = namedDatabases(['SALES', 'x', 'sales_copy', 'Sales'], [copy, original]);
    expect(named.map(({ dbId }) => dbId)).toEqual(['10', '9']);
  });

  it('gets a backup name only when it is kept', () => {
    expect(backupNames(request(), facts())).toEqual([]);
    expect(backupNames(keep, facts())).toEqual([backup]);
  });

  it('is planned with what the host reports and where each one comes from', () => {
    expect(refreshPlan(request({ dbNames: ['SALES_COPY'] }), facts(), snapshot)).toEqual(aRefreshPlan());
    expect(refreshPlan(request({ dbNames: ['sales'], keepBackup: true }), facts(), snapshot).databases).toEqual([
      { dbId: '10', dbName: 'Sales', sourceDbId: '5', backupName: 'Sales_bkp_19700101T001650Z' },
    ]);
  });

  it('fits a transaction of 100 items', () => {
    // Task and snapshot, besides; of each database the clone that comes and the one that stays, or the snapshot it frees.
    expect(2 + 2 * maxRefreshedDatabases).toBeLessThanOrEqual(100);
  });
});
