import { describe, expect, it } from 'vitest';
import {
  cascadedIds,
  type CloneDeletionFacts,
  cloneDeletionIssues,
  cloneDeletionPlan,
  cloneDeletionWaits,
  maxCascadedSnapshots,
} from '../../../shared/domain/clone-deletion.ts';
import { clonePin, isDeletable, type Snapshot, snapshotIdOf, taskPin } from '../../../shared/domain/snapshot.ts';
import { snapshotDeletionIssues, snapshotDeletionPlan } from '../../../shared/domain/snapshot-deletion.ts';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { aDatabase } from '../../builders/database.ts';
import { aHost } from '../../builders/host.ts';
import { aCloneDeletion, aSnapshotDeletion } from '../../builders/task.ts';

const facts = (about: Partial<CloneDeletionFacts> = {}): CloneDeletionFacts => ({
  nowSeconds: 1010,
  hostId: 'host-2',
  dbId: '9',
  cascade: false,
  host: aHost({ hostId: 'host-2' }),
  database: aDatabase({ hostId: 'host-2', dbId: '9', name: 'sales_copy' }),
  clone: aClone(),
  snapshots: [],
  lock: undefined,
  ...about,
});
const usedBy = (count: number) =>
  aClone({ snapshotIds: new Set(Array.from({ length: count }, (_, index) => `s${String(index)}`)) });
const other = { ...aSnapshot().databases[0]!, dbId: '10', dbName: 'stock' };
/** A snapshot of the clone. */
const ofClone = (snapshotId: string, about: Partial<Snapshot> = {}): Snapshot =>
  aSnapshot({
    snapshotId,
    state: 'available',
    databases: [{ ...aSnapshot().databases[0]!, dbId: '9', dbName: 'sales_copy' }],
    ...about,
  });
const inUse = aClone({ snapshotIds: new Set(['s1', 's2']) });
const silent = aHost({ hostId: 'host-2', lastSeenSeconds: 1 });

describe('deleting a clone', () => {
  it.each([
    ['nothing', {}, []],
    ['a database row that is not there yet', { database: undefined }, []],
    [
      'an unknown host, before anything else',
      { host: undefined, clone: undefined, database: undefined },
      ['HOST_NOT_FOUND'],
    ],
    ['an unknown database', { clone: undefined, database: undefined }, ['DB_NOT_FOUND']],
    ['an original', { clone: undefined }, ['DB_IS_NOT_A_CLONE']],
    [
      'a database that has the id of a clone',
      { database: aDatabase({ uid: 'b' }), clone: aClone({ uid: 'a' }) },
      ['DB_IS_NOT_A_CLONE'],
    ],
    [
      'a clone that was renamed by hand',
      { database: aDatabase({ uid: 'a', name: 'x' }), clone: aClone({ uid: 'a' }) },
      [],
    ],
    ['an original that was restored', { clone: aClone({ isRestored: true }) }, ['DB_IS_NOT_A_CLONE']],
    ['a restored one that its host has no more', { clone: aClone({ isRestored: true }), database: undefined }, []],
    ['a silent host', { host: silent }, ['HOST_NOT_CONNECTED']],
    ['snapshots of the clone', { clone: inUse }, ['DB_IS_IN_USE']],
    ['cascade without snapshots', { cascade: true }, []],
    ['cascade with free snapshots', { clone: inUse, cascade: true, snapshots: [ofClone('s1'), ofClone('s2')] }, []],
    [
      'a cascade with one in use and one that is being deleted',
      {
        clone: inUse,
        cascade: true,
        snapshots: [ofClone('s1', { pins: new Set([clonePin('host-3', '7')]) }), ofClone('s2', { exclusiveBy: 'r' })],
      },
      ['DB_IS_IN_USE', 'DB_IS_IN_USE'],
    ],
    [
      'a cascade with one that a task reads and that holds another database',
      {
        clone: inUse,
        cascade: true,
        snapshots: [ofClone('s1', { pins: new Set([taskPin('r')]), databases: [...aSnapshot().databases, other] })],
      },
      ['DB_IS_IN_USE', 'DB_IS_IN_USE'],
    ],
    ['a cascade with as many as go at once', { clone: usedBy(maxCascadedSnapshots), cascade: true }, []],
    ['a cascade with one too many', { clone: usedBy(maxCascadedSnapshots + 1), cascade: true }, ['DB_IS_IN_USE']],
    ['a silent host and snapshots, at once', { host: silent, clone: inUse }, ['HOST_NOT_CONNECTED', 'DB_IS_IN_USE']],
  ])('meets %s', (_, about, expected) => {
    expect(cloneDeletionIssues(facts(about)).map((one) => one.issue_type)).toEqual(expected);
  });

  it('names the snapshots in the way', () => {
    expect(cloneDeletionIssues(facts({ clone: inUse }))[0]?.description).toContain('s1, s2');
  });

  it('waits for a lock, which is no issue', () => {
    const lock = { key: 'k', owner: 'o', attempt: 1, heldSinceSeconds: 1, waiters: [], unsignalled: null, version: 1 };
    expect(cloneDeletionWaits(facts({ lock })).map((one) => one.issue_type)).toEqual(['RESOURCE_IS_LOCKED']);
    expect(cloneDeletionWaits(facts())).toEqual([]);
    expect(cloneDeletionWaits(facts({ lock, clone: undefined }))).toEqual([]);
    expect(cloneDeletionIssues(facts({ lock }))).toEqual([]);
  });

  it('is planned from the clone', () => {
    expect(cloneDeletionPlan(aClone(), [])).toEqual(aCloneDeletion({ cloneRequestId: 'request-1' }));
    expect(cloneDeletionPlan(inUse, [ofClone('s1'), ofClone('s2')])).toEqual(
      aCloneDeletion({ cloneRequestId: 'request-1', snapshotIds: ['s1', 's2'] }),
    );
  });

  it('takes the snapshots with it that it is asked to, unless they are too many', () => {
    expect(cascadedIds(inUse, true)).toEqual(['s1', 's2']);
    expect(cascadedIds(inUse, false)).toEqual([]);
    expect(cascadedIds(usedBy(maxCascadedSnapshots + 1), true)).toEqual([]);
  });
});

describe('deleting a snapshot', () => {
  it.each([
    ['nothing', {}, []],
    ['another deletion', { exclusiveBy: 'r' }, ['RESOURCE_IS_LOCKED']],
    ['clones', { pins: new Set([clonePin('host-2', '9'), clonePin('host-3', '7')]) }, ['DB_SNAPSHOT_IS_IN_USE']],
    ['a task that reads it', { pins: new Set([taskPin('r')]) }, ['RESOURCE_IS_LOCKED']],
    ['clones and a task', { pins: new Set([taskPin('r'), clonePin('host-2', '9')]) }, ['DB_SNAPSHOT_IS_IN_USE']],
  ])('meets %s', (_, about, expected) => {
    const snapshot = aSnapshot({ state: 'available', ...about });
    expect(snapshotDeletionIssues(snapshot).map((one) => one.issue_type)).toEqual(expected);
    expect(isDeletable(snapshot)).toBe(expected.length === 0);
  });

  it('names the clones in the way', () => {
    const pins = new Set([clonePin('host-2', '9'), clonePin('host-3', '7')]);
    expect(snapshotDeletionIssues(aSnapshot({ pins }))[0]?.description).toContain('host-2/9, host-3/7');
  });

  it('is planned with the names on the array', () => {
    expect(snapshotDeletionPlan(aSnapshot())).toEqual(aSnapshotDeletion());
    expect(snapshotIdOf('nightly', 1000)).toBe('nightly_1000');
  });
});
