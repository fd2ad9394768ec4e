import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maxDestinationHosts, maxDestinations } from '../../../shared/domain/destination-validation.ts';
import { lockKey } from '../../../shared/domain/lock.ts';
import { clonePin, taskPin } from '../../../shared/domain/snapshot.ts';
import type { RecordGuards } from '../../../shared/ports/store.ts';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { aCallClaim } from '../../builders/call-record.ts';
import { aHost, aHostToken } from '../../builders/host.ts';
import { anAuditEntry, anImportPlan, aTask, noGuards } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const recordWith = async (guards: Partial<RecordGuards>) => {
  const task = aTask({ requestId: fresh('request') });
  const audit = anAuditEntry({ requestId: task.requestId, atMilliseconds: 5_000_000 });
  const outcome = await bed.store.recordTask(task, audit, { ...noGuards, ...guards });
  return { task, outcome };
};

const registered = async () => {
  const host = aHost({ hostId: fresh('host') });
  await bed.store.register(host, aHostToken(host), anAuditEntry());
  return host;
};

/** An available snapshot nobody needs. */
const freeSnapshot = async () => {
  const { requestId } = (await recordWith({})).task;
  const snapshot = aSnapshot({ snapshotId: fresh('snap'), requestId });
  const clone = aClone({ dbId: fresh('9'), snapshotId: snapshot.snapshotId });
  await bed.store.recordSnapshot(snapshot, []);
  await bed.store.publishClones(requestId, snapshot.snapshotId, [clone], {});
  return {
    snapshotId: snapshot.snapshotId,
    clone,
    free: () => bed.store.forgetClone(clone.hostId, clone.dbId, snapshot.snapshotId),
  };
};

const expectNothingOf = async (requestId: string, key: string): Promise<void> => {
  expect(await bed.store.getTask(requestId)).toBeUndefined();
  expect(await bed.store.listOpenTasks()).not.toContain(requestId);
  expect((await bed.store.readLock(key))?.owner).not.toBe(requestId);
};

describe('recording a task', () => {
  it('writes task, open row, audit and reservations at once', async () => {
    const key = lockKey('host-2', fresh('db'));
    const { task, outcome } = await recordWith({ reserve: [key] });
    expect(outcome).toBe('recorded');
    expect(await bed.store.getTask(task.requestId)).toEqual(task);
    expect(await bed.store.listOpenTasks()).toContain(task.requestId);
    expect(await bed.store.readLock(key)).toEqual({
      key,
      owner: task.requestId,
      attempt: 1,
      heldSinceSeconds: 1000,
      waiters: [],
      unsignalled: null,
      version: 1,
    });
  });

  it('refuses a name that is reserved, and writes nothing', async () => {
    const [taken, free] = [lockKey('host-2', fresh('db')), lockKey('host-2', fresh('db'))];
    await recordWith({ reserve: [taken] });
    const { task, outcome } = await recordWith({ reserve: [free, taken] });
    expect(outcome).toBe('reserved');
    await expectNothingOf(task.requestId, taken);
    expect(await bed.store.readLock(free)).toBeUndefined();
  });

  it('gives one name to one of many', async () => {
    const key = lockKey('host-2', fresh('db'));
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => recordWith({ reserve: [key] })));
    expect(outcomes.map((one) => one.outcome).toSorted()).toEqual(
      [...Array<string>(1).fill('recorded'), ...Array<string>(11).fill('reserved')].toSorted(),
    );
  });

  it('refuses when the databases of a host changed, or it was registered anew', async () => {
    const host = await registered();
    const key = lockKey(host.hostId, 'x');
    await bed.store.closeInventory(host.hostId, host.generation, 1, true);
    for (const seen of [host, { ...host, databasesVersion: 1, generation: host.generation + 1 }]) {
      const { task, outcome } = await recordWith({ reserve: [key], hosts: [seen] });
      expect(outcome).toBe('changed');
      await expectNothingOf(task.requestId, key);
    }
    expect((await recordWith({ reserve: [key], hosts: [{ ...host, databasesVersion: 1 }] })).outcome).toBe('recorded');
  });

  it('refuses a host that was unregistered', async () => {
    expect((await recordWith({ hosts: [aHost({ hostId: fresh('host') })] })).outcome).toBe('changed');
  });

  it('takes a snapshot exclusively only when nobody needs it', async () => {
    const { snapshotId, clone, free } = await freeSnapshot();
    const pinned = await recordWith({ exclusiveSnapshots: [snapshotId] });
    expect(pinned.outcome).toBe('pinned');
    await expectNothingOf(pinned.task.requestId, '');
    expect((await bed.store.getSnapshot(snapshotId))?.pins).toEqual(new Set([clonePin(clone.hostId, clone.dbId)]));
    await free();
    const first = await recordWith({ exclusiveSnapshots: [snapshotId] });
    expect(first.outcome).toBe('recorded');
    expect((await bed.store.getSnapshot(snapshotId))?.exclusiveBy).toBe(first.task.requestId);
    expect((await recordWith({ exclusiveSnapshots: [snapshotId] })).outcome).toBe('pinned');
    await bed.store.unlockSnapshot(snapshotId, 'another');
    expect((await recordWith({ exclusiveSnapshots: [snapshotId] })).outcome).toBe('pinned');
    await bed.store.unlockSnapshot(snapshotId, first.task.requestId);
    expect((await recordWith({ exclusiveSnapshots: [snapshotId] })).outcome).toBe('recorded');
  });

  it('refuses a snapshot that is not there, and makes no row of it', async () => {
    expect((await recordWith({ exclusiveSnapshots: ['never'] })).outcome).toBe('pinned');
    expect(await bed.store.getSnapshot('never')).toBeUndefined();
  });

  it('takes several snapshots exclusively, or none of them', async () => {
    const [free, other, needed] = [await freeSnapshot(), await freeSnapshot(), await freeSnapshot()];
    for (const one of [free, other]) await one.free();
    const refused = await recordWith({ exclusiveSnapshots: [free, other, needed].map((one) => one.snapshotId) });
    expect(refused.outcome).toBe('pinned');
    await expectNothingOf(refused.task.requestId, '');
    expect((await bed.store.getSnapshot(free.snapshotId))?.exclusiveBy).toBe('');
    const taken = await recordWith({ exclusiveSnapshots: [free, other].map((one) => one.snapshotId) });
    expect(taken.outcome).toBe('recorded');
    for (const { snapshotId } of [free, other]) {
      expect((await bed.store.getSnapshot(snapshotId))?.exclusiveBy).toBe(taken.task.requestId);
    }
  });

  it('pins a snapshot beside others who need it, so that nobody deletes it until the task lets go', async () => {
    const { snapshotId, clone, free } = await freeSnapshot();
    const pinning = await Promise.all([1, 2, 3].map(() => recordWith({ pinnedSnapshot: snapshotId })));
    expect(pinning.map(({ outcome }) => outcome)).toEqual(['recorded', 'recorded', 'recorded']);
    const requestIds = pinning.map(({ task }) => task.requestId);
    expect((await bed.store.getSnapshot(snapshotId))?.pins).toEqual(
      new Set([clonePin(clone.hostId, clone.dbId), ...requestIds.map(taskPin)]),
    );
    await free();
    for (const requestId of requestIds) {
      expect((await recordWith({ exclusiveSnapshots: [snapshotId] })).outcome).toBe('pinned');
      await bed.store.unpinSnapshot(snapshotId, requestId);
      await bed.store.unpinSnapshot(snapshotId, requestId);
    }
    expect((await bed.store.getSnapshot(snapshotId))?.pins).toEqual(new Set());
    expect((await recordWith({ exclusiveSnapshots: [snapshotId] })).outcome).toBe('recorded');
  });

  it('pins no snapshot that is being deleted, is not there, or is not made yet, and writes nothing', async () => {
    const deleted = await freeSnapshot();
    await deleted.free();
    await recordWith({ exclusiveSnapshots: [deleted.snapshotId] });
    const { requestId } = (await recordWith({})).task;
    const pending = aSnapshot({ snapshotId: fresh('snap'), requestId });
    await bed.store.recordSnapshot(pending, []);
    for (const snapshotId of [deleted.snapshotId, fresh('snap'), pending.snapshotId]) {
      const before = await bed.store.getSnapshot(snapshotId);
      const key = lockKey('host-2', fresh('db'));
      const { task, outcome } = await recordWith({ reserve: [key], pinnedSnapshot: snapshotId });
      expect(outcome).toBe('unavailable');
      await expectNothingOf(task.requestId, key);
      expect(await bed.store.getSnapshot(snapshotId)).toEqual(before);
    }
  });

  it('lets exactly one of a pin and a deletion have the snapshot', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { snapshotId, free } = await freeSnapshot();
      await free();
      const [pin, deletion] = await Promise.all([
        recordWith({ pinnedSnapshot: snapshotId }),
        recordWith({ exclusiveSnapshots: [snapshotId] }),
      ]);
      expect([
        ['recorded', 'pinned'],
        ['unavailable', 'recorded'],
      ]).toContainEqual([pin.outcome, deletion.outcome]);
    }
  });

  it('refuses an id that is taken', async () => {
    const { task } = await recordWith({});
    expect(await bed.store.recordTask({ ...task, owner: 'other' }, anAuditEntry(), noGuards)).toBe('known');
    expect(await bed.store.getTask(task.requestId)).toEqual(task);
  });

  it('records 50 destinations on 44 hosts, the snapshot they need, and whose call it is, in one transaction of 100 items', async () => {
    const hosts = await Promise.all(Array.from({ length: maxDestinationHosts }, registered));
    const destinations = Array.from({ length: maxDestinations }, (_, index) => ({
      hostId: hosts[index % maxDestinationHosts]?.hostId ?? '',
      dbName: `${'ü'.repeat(100)}-${fresh('db')}`,
      sourceDbId: '5',
    }));
    const { snapshotId } = await freeSnapshot();
    const reserve = destinations.map((one) => lockKey(one.hostId, one.dbName));
    const task = aTask({ requestId: fresh('request'), plan: anImportPlan({ snapshotId, destinations }) });
    bed.forgetCalls();
    const audit = anAuditEntry({ claim: aCallClaim({ callHash: fresh('call') }) });
    expect(await bed.store.recordTask(task, audit, { ...noGuards, reserve, hosts, pinnedSnapshot: snapshotId })).toBe(
      'recorded',
    );
    const [sent] = bed.calls;
    expect(sent?.operation).toBe('TransactWriteItems');
    expect(sent?.body['TransactItems']).toHaveLength(100);
    expect(await bed.store.getTask(task.requestId)).toEqual(task);
    expect(await bed.store.readLocks(reserve)).toHaveLength(maxDestinations);
  });
});
