import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockKey } from '../../../shared/domain/lock.ts';
import { clonePin } from '../../../shared/domain/snapshot.ts';
import type { RecordGuards } from '../../../shared/ports/store.ts';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { aCallClaim } from '../../builders/call-record.ts';
import { aHost, aHostToken } from '../../builders/host.ts';
import { aClonePlan, anAuditEntry, aTask, noGuards } from '../../builders/task.ts';
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
    const pinned = await recordWith({ exclusiveSnapshot: snapshotId });
    expect(pinned.outcome).toBe('pinned');
    await expectNothingOf(pinned.task.requestId, '');
    expect((await bed.store.getSnapshot(snapshotId))?.pins).toEqual(new Set([clonePin(clone.hostId, clone.dbId)]));
    await free();
    const first = await recordWith({ exclusiveSnapshot: snapshotId });
    expect(first.outcome).toBe('recorded');
    expect((await bed.store.getSnapshot(snapshotId))?.exclusiveBy).toBe(first.task.requestId);
    expect((await recordWith({ exclusiveSnapshot: snapshotId })).outcome).toBe('pinned');
    await bed.store.unlockSnapshot(snapshotId, 'another');
    expect((await recordWith({ exclusiveSnapshot: snapshotId })).outcome).toBe('pinned');
    await bed.store.unlockSnapshot(snapshotId, first.task.requestId);
    expect((await recordWith({ exclusiveSnapshot: snapshotId })).outcome).toBe('recorded');
  });

  it('refuses a snapshot that is not there, and makes no row of it', async () => {
    expect((await recordWith({ exclusiveSnapshot: 'never' })).outcome).toBe('pinned');
    expect(await bed.store.getSnapshot('never')).toBeUndefined();
  });

  it('refuses an id that is taken', async () => {
    const { task } = await recordWith({});
    expect(await bed.store.recordTask({ ...task, owner: 'other' }, anAuditEntry(), noGuards)).toBe('known');
    expect(await bed.store.getTask(task.requestId)).toEqual(task);
  });

  it('records 50 destinations on 45 hosts, and whose call it is, in one transaction of 100 items', async () => {
    const hosts = await Promise.all(Array.from({ length: 45 }, registered));
    const destinations = Array.from({ length: 50 }, (_, index) => ({
      hostId: hosts[index % 45]?.hostId ?? '',
      dbName: `${'ü'.repeat(100)}-${fresh('db')}`,
      sourceDbId: '5',
    }));
    const reserve = destinations.map((one) => lockKey(one.hostId, one.dbName));
    const task = aTask({ requestId: fresh('request'), plan: aClonePlan({ destinations }) });
    bed.forgetCalls();
    const audit = anAuditEntry({ claim: aCallClaim({ callHash: fresh('call') }) });
    expect(await bed.store.recordTask(task, audit, { reserve, hosts, exclusiveSnapshot: null })).toBe('recorded');
    const [sent] = bed.calls;
    expect(sent?.operation).toBe('TransactWriteItems');
    expect(sent?.body['TransactItems']).toHaveLength(100);
    expect(await bed.store.getTask(task.requestId)).toEqual(task);
    expect(await bed.store.readLocks(reserve)).toHaveLength(50);
  });
});
