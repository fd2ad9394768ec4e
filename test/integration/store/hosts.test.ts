import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../shared/domain/host.ts';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { aDatabase, aVolume } from '../../builders/database.ts';
import { aHost, aHostToken } from '../../builders/host.ts';
import { anAuditEntry, aTask, noGuards } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const register = async (about: Partial<Host> = {}): Promise<Host> => {
  const host = aHost({ hostId: fresh('host'), ...about });
  expect(await bed.store.register(host, aHostToken(host), anAuditEntry({ operation: 'register-host' }))).toBe(
    'registered',
  );
  return host;
};
const facts = {
  hostName: 'db1',
  hostIqn: 'iqn.1',
  hostOs: 'Linux',
  hostOsVersion: '6',
  agentVersion: '1',
  cloudVendor: 'AWS',
  dbEngineVersion: '18',
  mayKeepBackups: false,
  hasVssProvider: true,
} as const;

describe('registering hosts', () => {
  it('stores host and token; of two at once one wins, and the loser leaves no token', async () => {
    const host = await register();
    const late = { ...host, tokenHash: 'late' };
    expect(await bed.store.register(late, aHostToken(late), anAuditEntry())).toBe('exists');
    expect(await bed.store.getHost(host.hostId)).toEqual(host);
    expect((await bed.store.findBearer(host.tokenHash, null)).token).toEqual(aHostToken(host));
    expect((await bed.store.findBearer('late', null)).token).toBeUndefined();
  });

  it('gives hosts by id, leaving out unknown ones', async () => {
    const [one, other] = [await register(), await register()];
    expect(
      (await bed.store.getHosts([one.hostId, 'nobody', other.hostId])).toSorted((a, b) => a.generation - b.generation),
    ).toEqual([one, other]);
    expect(await bed.store.getHosts([])).toEqual([]);
    expect(await bed.store.listHosts()).toEqual(expect.arrayContaining([one, other]));
  });

  it('takes host and token away, retires the queue, and keeps lineage, snapshots and their pins', async () => {
    const host = await register({ queueUrl: `https://queue/${fresh('q')}` });
    const task = aTask({ requestId: fresh('request') });
    await bed.store.recordTask(task, anAuditEntry(), noGuards);
    const snapshot = aSnapshot({ snapshotId: fresh('snap'), hostId: host.hostId, requestId: task.requestId });
    const clone = aClone({ hostId: host.hostId, snapshotId: snapshot.snapshotId });
    await bed.store.recordSnapshot(snapshot, []);
    await bed.store.publishClones(task.requestId, snapshot.snapshotId, [clone], {});
    const before = await bed.store.getSnapshot(snapshot.snapshotId);

    expect(await bed.store.unregister(host.hostId, anAuditEntry({ operation: 'unregister-host' }))).toEqual(host);
    expect(await bed.store.getHost(host.hostId)).toBeUndefined();
    expect((await bed.store.findBearer(host.tokenHash, null)).token).toBeUndefined();
    expect(await bed.store.listRetiredQueues()).toContain(host.queueUrl);
    expect(await bed.store.getClone(clone.hostId, clone.dbId)).toEqual(clone);
    expect(await bed.store.getSnapshot(snapshot.snapshotId)).toEqual(before);
    expect(await bed.store.unregister(host.hostId, anAuditEntry())).toBeUndefined();

    await bed.store.forgetRetiredQueue(host.queueUrl);
    await bed.store.forgetRetiredQueue(host.queueUrl);
    expect(await bed.store.listRetiredQueues()).not.toContain(host.queueUrl);
    await register({ hostId: host.hostId, generation: 200 });
  });

  it('retires no queue that never was', async () => {
    const before = await bed.store.listRetiredQueues();
    const host = await register();
    await bed.store.unregister(host.hostId, anAuditEntry());
    expect(await bed.store.listRetiredQueues()).toEqual(before);
  });
});

describe('what an agent reports of its host', () => {
  it('takes facts, the time and the queue, of the present registration only', async () => {
    const host = await register();
    expect(await bed.store.recordHeartbeat(host.hostId, 99, facts, 1500)).toBe(false);
    expect(await bed.store.recordQueue(host.hostId, 99, 'https://queue/old')).toBe(false);
    expect(await bed.store.getHost(host.hostId)).toEqual(host);
    expect(await bed.store.recordHeartbeat(host.hostId, 100, facts, 1500)).toBe(true);
    expect(await bed.store.recordQueue(host.hostId, 100, 'https://queue/1')).toBe(true);
    expect(await bed.store.getHost(host.hostId)).toEqual({
      ...host,
      ...facts,
      lastSeenSeconds: 1500,
      queueUrl: 'https://queue/1',
    });
  });

  it('makes no host of a heartbeat after it was unregistered', async () => {
    const hostId = fresh('host');
    expect(await bed.store.recordHeartbeat(hostId, 100, facts, 1500)).toBe(false);
    expect(await bed.store.getHost(hostId)).toBeUndefined();
  });

  it('loses nothing to heartbeats, queue and inventories at the same time', async () => {
    const host = await register();
    await Promise.all([
      ...Array.from({ length: 10 }, (_, index) => bed.store.recordHeartbeat(host.hostId, 100, facts, 1500 + index)),
      ...Array.from({ length: 10 }, () => bed.store.closeInventory(host.hostId, 100, 1, true)),
      bed.store.recordQueue(host.hostId, 100, 'https://queue/1'),
    ]);
    const after = await bed.store.getHost(host.hostId);
    expect(after).toMatchObject({ ...facts, queueUrl: 'https://queue/1', databasesVersion: 10, inventorySequence: 1 });
    expect(after?.lastSeenSeconds).toBeGreaterThanOrEqual(1500);
  });
});

describe('inventories', () => {
  it.each([
    { sequence: 4, generation: 100, taken: false },
    { sequence: 5, generation: 100, taken: true },
    { sequence: 6, generation: 100, taken: true },
    { sequence: 6, generation: 99, taken: false },
  ])(
    'closes sequence $sequence of generation $generation over 5 of 100: $taken',
    async ({ sequence, generation, taken }) => {
      const host = await register({ inventorySequence: 5 });
      expect(await bed.store.closeInventory(host.hostId, generation, sequence, true)).toBe(taken);
      expect(await bed.store.getHost(host.hostId)).toEqual(
        taken ? { ...host, inventorySequence: sequence, databasesVersion: 1 } : host,
      );
    },
  );

  it('leaves the version when the set is the same', async () => {
    const host = await register();
    await bed.store.closeInventory(host.hostId, 100, 1, false);
    expect((await bed.store.getHost(host.hostId))?.databasesVersion).toBe(0);
  });

  it.each([
    { sequence: 4, generation: 100, written: false },
    { sequence: 5, generation: 100, written: true },
    { sequence: 6, generation: 100, written: true },
    { sequence: 9, generation: 99, written: false },
    { sequence: 1, generation: 101, written: true },
  ])(
    'writes and removes sequence $sequence of generation $generation over 5 of 100: $written',
    async ({ sequence, generation, written }) => {
      const standing = aDatabase({ hostId: fresh('host'), sequence: 5 });
      const next = { ...standing, sequence, generation, status: 'OFFLINE' };
      await bed.store.putDatabases([standing]);
      await bed.store.removeDatabases([next]);
      expect(await bed.store.listDatabases(standing.hostId)).toEqual(written ? [] : [standing]);
      await bed.store.putDatabases([standing]);
      await bed.store.putDatabases([next]);
      expect(await bed.store.getDatabase(standing.hostId, standing.dbId)).toEqual(written ? next : standing);
    },
  );

  it('lists the databases of a host only, by number', async () => {
    const hostId = fresh('host');
    const rows = ['100', '20', '5'].map((dbId) => aDatabase({ hostId, dbId }));
    const other = aDatabase({ hostId: `${hostId}0` });
    await bed.store.putDatabases([...rows, other]);
    expect((await bed.store.listDatabases(hostId)).map((one) => one.dbId)).toEqual(['5', '20', '100']);
    expect(await bed.store.listAllDatabases()).toEqual(expect.arrayContaining([...rows, other]));
  });

  it('replaces volumes whole, and makes no database of them', async () => {
    const standing = aDatabase({ hostId: fresh('host'), volumes: [aVolume(), aVolume({ serial: 'b' })] });
    await bed.store.putDatabases([standing]);
    await bed.store.recordVolumes(standing.hostId, standing.dbId, [aVolume({ serial: 'c' })]);
    await bed.store.recordVolumes(standing.hostId, 'nobody', [aVolume()]);
    expect(await bed.store.listDatabases(standing.hostId)).toEqual([
      { ...standing, volumes: [aVolume({ serial: 'c' })] },
    ]);
  });
});
