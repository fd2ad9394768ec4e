/** What goes over the wire: reads are consistent, nothing scans, contention is repeated, faults have a name. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../shared/ports/store.ts';
import { aClone, aSnapshot } from '../../builders/catalog.ts';
import { aDatabase } from '../../builders/database.ts';
import { anAppToken, anAppTokenRow, aUser } from '../../builders/access.ts';
import { aCallClaim } from '../../builders/call-record.ts';
import { aHost, aHostToken } from '../../builders/host.ts';
import { aCommand, anAuditEntry, anEffect, aTask, noGuards } from '../../builders/task.ts';
import { aRegisteredArray } from '../../builders/arrays.ts';
import { aSnapshotSchedule } from '../../builders/snapshot-schedule.ts';
import { startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());
beforeEach(() => {
  bed.live();
  bed.forgetCalls();
});

const reads: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  getArray: (store) => store.getArray('sdp-2'),
  listArrays: (store) => store.listArrays(),
  getDeploymentArray: (store) => store.getDeploymentArray('https://own.example'),
  listDeploymentArrays: (store) => store.listDeploymentArrays(),
  getUnnamedArray: (store) => store.getUnnamedArray(),
  getHost: (store) => store.getHost('host-1'),
  getHosts: (store) => store.getHosts(['host-1', 'host-2']),
  listHosts: (store) => store.listHosts(),
  listRetiredQueues: (store) => store.listRetiredQueues(),
  listDatabases: (store) => store.listDatabases('host-1'),
  listAllDatabases: (store) => store.listAllDatabases(),
  getDatabase: (store) => store.getDatabase('host-1', '5'),
  getClones: (store) => store.getClones('host-1', ['5', '6']),
  getClone: (store) => store.getClone('host-1', '5'),
  listClones: (store) => store.listClones(),
  getSnapshot: (store) => store.getSnapshot('snap'),
  listSnapshots: (store) => store.listSnapshots(),
  listSnapshotOutlines: (store) => store.listSnapshotOutlines(),
  getTask: (store) => store.getTask('request-1'),
  listTasks: (store) => store.listTasks(),
  pageTasks: (store) => store.pageTasks('', 10),
  readTaskHistory: (store) => store.readTaskHistory('request-1'),
  listOpenTasks: (store) => store.listOpenTasks(),
  listEffects: (store) => store.listEffects('request-1'),
  getEffect: (store) => store.getEffect('request-1', 'view-0-0'),
  getCommand: (store) => store.getCommand('request-1', 'c'),
  listCommands: (store) => store.listCommands('request-1'),
  readLock: (store) => store.readLock('key'),
  readLocks: (store) => store.readLocks(['key', 'other']),
  findBearer: (store) => store.findBearer('hash', 'anna'),
  listUsers: (store) => store.listUsers(),
  listAppTokens: (store) => store.listAppTokens('anna'),
  readBrakes: (store) => store.readBrakes([brake, known.key], 'anna'),
  getUser: (store) => store.getUser('anna'),
  getCallRecord: (store) => store.getCallRecord('call', 1),
  getSnapshotSchedule: (store) => store.getSnapshotSchedule('nightly'),
  listDueSnapshotSchedules: (store) => store.listDueSnapshotSchedules(10_000),
};

const audit = anAuditEntry();
const brake = { kind: 'user', name: 'anna' } as const;
const known = { key: { kind: 'known', name: '192.0.2.1 anna' }, epoch: 0, untilSeconds: 1 } as const;
const later = aSnapshotSchedule({ nextDueSeconds: 6600 });
const writes: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  register: (store) => store.register(aHost(), aHostToken(aHost()), audit),
  unregister: (store) => store.unregister('host-1', audit),
  recordHeartbeat: (store) => store.recordHeartbeat('host-1', 100, aHost(), 1),
  recordQueue: (store) => store.recordQueue('host-1', 100, 'https://queue/1'),
  registerArray: (store) => store.registerArray(aRegisteredArray(), audit),
  changeArray: (store) => store.changeArray(aRegisteredArray({ version: 1_000_001 }), audit),
  beginRemoval: (store) => store.beginRemoval('sdp-2', 'removal-1', 1),
  endRemoval: (store) => store.endRemoval('sdp-2', 'removal-1'),
  forgetArray: (store) => store.forgetArray('sdp-2', 'removal-1', audit),
  rememberDeploymentArray: (store) =>
    store.rememberDeploymentArray('https://own.example', { sdpId: 'sdp-1', name: 'own' }),
  retireQueue: (store) => store.retireQueue('https://queue/1'),
  forgetRetiredQueue: (store) => store.forgetRetiredQueue('https://queue/1'),
  putDatabases: (store) => store.putDatabases([aDatabase()]),
  removeDatabases: (store) => store.removeDatabases([aDatabase()]),
  closeInventory: (store) => store.closeInventory('host-1', 100, 1, true),
  recordVolumes: (store) => store.recordVolumes('host-1', '5', []),
  recordTask: (store) => store.recordTask(aTask({ requestId: String(Math.random()) }), audit, noGuards),
  markRunning: (store) => store.markRunning('request-1', 1),
  requestCancel: (store) => store.requestCancel('request-1', 1, audit),
  passPointOfNoReturn: (store) => store.passPointOfNoReturn('request-1', 1),
  claimAttempt: (store) =>
    store.claimAttempt({ requestId: 'request-1', attempt: 1, pastPointOfNoReturn: false }, 'unwind', '', 1),
  needAttention: (store) => store.needAttention('request-1', 1, '', [], 1),
  noteError: (store) => store.noteError('request-1', '', 1),
  finishTask: (store) => store.finishTask('request-1', 'done', { error: '', result: null }, 1),
  closeTask: (store) => store.closeTask('request-1'),
  markDone: (store) => store.markDone('request-1', 'view-0-0', {}),
  markUndone: (store) => store.markUndone('request-1', 'view-0-0'),
  markRefused: (store) => store.markRefused('request-1', 'view-0-0', 1, true),
  markBlocked: (store) => store.markBlocked('request-1', 'view-0-0', 1, ''),
  noteFailedStep: (store) => store.noteFailedStep('request-1', 1, 'map-volumes', '0', 'why'),
  putCommand: (store) => store.putCommand(aCommand()),
  settleCommand: (store) => store.settleCommand('request-1', 'c', 'done'),
  discardSnapshot: (store) => store.discardSnapshot('request-1', 'snap', 'host-1', ['5']),
  orphanClone: (store) => store.orphanClone(aClone()),
  forgetClone: (store) => store.forgetClone('host-1', '5', 'snap'),
  forgetSnapshot: (store) => store.forgetSnapshot(aSnapshot({ exclusiveBy: 'request-1' }), 'request-1'),
  unpinSnapshot: (store) => store.unpinSnapshot('snap', 'request-1'),
  unlockSnapshot: (store) => store.unlockSnapshot('snap', 'request-1'),
  writeLock: (store) =>
    store.writeLock(
      { key: 'k', owner: 'a', attempt: 1, heldSinceSeconds: 1, waiters: [], unsignalled: null, version: 1 },
      undefined,
    ),
  removeLock: (store) =>
    store.removeLock({
      key: 'k',
      owner: 'a',
      attempt: 1,
      heldSinceSeconds: 1,
      waiters: [],
      unsignalled: null,
      version: 1,
    }),
  openSession: (store) => store.openSession(aHostToken(aHost()), known, audit),
  noteTokenUse: (store) => store.noteTokenUse(anAppTokenRow(anAppToken()), 1),
  putAppToken: (store) => store.putAppToken(anAppToken(), anAppTokenRow(anAppToken()), null, audit),
  revokeAppToken: (store) => store.revokeAppToken('anna', 'nightly', audit),
  createUser: (store) => store.createUser(aUser(), audit),
  setPassword: (store) => store.setPassword('anna', 'x', { replaces: 'hash', known }, audit),
  changeUser: (store) => store.changeUser('anna', { role: 'viewer' }, audit),
  takeAttempt: (store) => store.takeAttempt({ key: brake, untilSeconds: 0, isNoted: false, epoch: null }, 1),
  noteEmpty: (store) => store.noteEmpty({ key: brake, untilSeconds: 1, isNoted: false, epoch: null }),
  giveBackAttempt: (store) => store.giveBackAttempt(brake, 1),
  putAudit: (store) => store.putAudit(audit),
  claimCall: (store) => store.claimCall(aCallClaim()),
  keepAnswer: (store) => store.keepAnswer(aCallClaim().record, null),
  endClaim: (store) => store.endClaim(aCallClaim().record),
  putSnapshotSchedule: (store) => store.putSnapshotSchedule(aSnapshotSchedule()),
  claimSnapshotSchedule: (store) => store.claimSnapshotSchedule(aSnapshotSchedule(), later, null),
  removeSnapshotSchedule: (store) => store.removeSnapshotSchedule('nightly'),
};
/** They throw in this empty table; catalog.test.ts, copies.test.ts, journal.test.ts and tasks.test.ts have them. */
const others = ['beginFreezeRound', 'intend', 'recordSnapshot', 'publishClones', 'publishCopies', 'publishSnapshot'];

const isConsistent = (body: Readonly<Record<string, unknown>>): boolean => {
  const tables = body['RequestItems'];
  const parts =
    typeof tables === 'object' && tables !== null ? (Object.values(tables) as Record<string, unknown>[]) : [body];
  return parts.every((part) => part['ConsistentRead'] === true);
};

describe('reads', () => {
  it.each(Object.entries(reads))('%s reads the table itself, consistently', async (_, read) => {
    await read(bed.store);
    expect(bed.calls.length).toBeGreaterThan(0);
    for (const { operation, body } of bed.calls) {
      expect(['GetItem', 'Query', 'BatchGetItem']).toContain(operation);
      expect(isConsistent(body)).toBe(true);
      expect(body['IndexName']).toBeUndefined();
    }
  });
  it('covers every verb of the store, here or in the writes', () => {
    expect([...Object.keys(reads), ...Object.keys(writes), ...others].toSorted()).toEqual(
      Object.keys(bed.store).toSorted(),
    );
  });
});

describe('writes', () => {
  it.each(Object.entries(writes))('%s never scans, and reads consistently', async (_, write) => {
    await write(bed.store);
    for (const { operation, body } of bed.calls) {
      expect(operation).not.toMatch(/Scan|Execute/);
      if (['GetItem', 'Query', 'BatchGetItem'].includes(operation)) expect(isConsistent(body)).toBe(true);
    }
  });

  it.each(['recordHeartbeat', 'putCommand', 'markRunning'])(
    '%s is repeated when it met a transaction',
    async (name) => {
      bed.answerNext(3, 'TransactionConflictException');
      await writes[name]?.(bed.store);
      expect(bed.calls).toHaveLength(4);
    },
  );

  it('repeats a transaction that met another', async () => {
    const reasons = { CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }, { Code: 'None' }] };
    bed.answerNext(3, 'TransactionCanceledException', reasons);
    const task = aTask({ requestId: 'after-conflicts' });
    expect(await bed.store.recordTask(task, audit, noGuards)).toBe('recorded');
    expect(bed.calls).toHaveLength(4);
    expect(await bed.store.getTask(task.requestId)).toEqual(task);
  });

  it('intends an effect in one call, repeated when it met another on the same task', async () => {
    const task = aTask({ requestId: 'intends' });
    await bed.store.recordTask(task, audit, noGuards);
    bed.forgetCalls();
    const effect = anEffect({ requestId: task.requestId });
    const reasons = { CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }] };
    bed.answerNext(3, 'TransactionCanceledException', reasons);
    await bed.store.intend(effect, task.attempt);
    expect(bed.calls.map((call) => call.operation)).toEqual(Array.from({ length: 4 }, () => 'TransactWriteItems'));
    expect(await bed.store.listEffects(task.requestId)).toEqual([effect]);
  });

  it('gives up after eight conflicts, as Busy', async () => {
    bed.answerNext(8, 'TransactionConflictException');
    await expect(bed.store.putCommand(aCommand())).rejects.toMatchObject({ code: 'Busy', retryable: true });
    expect(bed.calls).toHaveLength(8);
    bed.answerNext(8, 'TransactionCanceledException', { CancellationReasons: [{ Code: 'TransactionConflict' }] });
    await expect(bed.store.recordTask(aTask({ requestId: 'never' }), audit, noGuards)).rejects.toMatchObject({
      code: 'Busy',
    });
  });

  it.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'])(
    '%s is Busy',
    async (error) => {
      bed.answerNext(1, error);
      await expect(bed.store.getTask('request-1')).rejects.toMatchObject({ code: 'Busy' });
    },
  );

  it('does not repeat what is refused for good', async () => {
    bed.answerNext(1, 'ValidationException');
    await expect(bed.store.putCommand(aCommand())).rejects.toMatchObject({ name: 'ValidationException' });
    bed.answerNext(1, 'TransactionCanceledException', { CancellationReasons: [{ Code: 'ValidationError' }] });
    await expect(bed.store.recordTask(aTask({ requestId: 'never' }), audit, noGuards)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
    });
    expect(bed.calls).toHaveLength(2);
  });

  it('publishes fifty clones in one transaction', async () => {
    const task = aTask({ requestId: 'fifty' });
    await bed.store.recordTask(task, audit, noGuards);
    await bed.store.recordSnapshot(aSnapshot({ snapshotId: 'fifty', requestId: 'fifty' }), []);
    bed.forgetCalls();
    const clones = Array.from({ length: 50 }, (_, index) => aClone({ dbId: String(index + 5), snapshotId: 'fifty' }));
    await bed.store.publishClones('fifty', 'fifty', clones, {});
    expect(bed.calls.map((call) => call.operation)).toEqual(['TransactWriteItems']);
    expect(bed.calls[0]?.body['TransactItems']).toHaveLength(52);
  });
});
