/** Whatever the domain can say comes back from the table as it went in. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clone } from '../../../shared/domain/clone.ts';
import type { Database } from '../../../shared/domain/database.ts';
import { type Effect, effectKinds } from '../../../shared/domain/effect.ts';
import type { Host } from '../../../shared/domain/host.ts';
import type { Lock, LockWaiter } from '../../../shared/domain/lock.ts';
import type { Plan } from '../../../shared/domain/plan.ts';
import { clonePin, type Snapshot, taskPin } from '../../../shared/domain/snapshot.ts';
import { commandTypes, type Task, type TaskResult, taskStates } from '../../../shared/domain/task.ts';
import type { AppToken, Principal, Token } from '../../../shared/domain/token.ts';
import type { User } from '../../../shared/domain/user.ts';
import type { CommandRecord } from '../../../shared/ports/store.ts';
import { anAppTokenRow, aUser } from '../../builders/access.ts';
import { anAuditEntry, aTask, noGuards } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const number = fc.nat();
const texts = fc.array(text, { maxLength: 3 });
const vendor = fc.constantFrom('mssql' as const, 'postgres' as const);
const json = fc.jsonValue({ maxDepth: 3 });

const host: fc.Arbitrary<Omit<Host, 'hostId'>> = fc.record({
  vendor,
  sdpId: text,
  generation: number,
  registeredAtSeconds: number,
  lastSeenSeconds: number,
  tokenHash: text.map((one) => `h${one}`),
  queueUrl: text,
  inventorySequence: number,
  databasesVersion: number,
  hostName: text,
  hostIqn: text,
  hostOs: text,
  hostOsVersion: text,
  agentVersion: text,
  cloudVendor: fc.constantFrom('GCP' as const, 'AWS' as const, 'AZURE' as const, 'UNKNOWN' as const),
  dbEngineVersion: text,
  mayKeepBackups: fc.boolean(),
  hasVssProvider: fc.boolean(),
});
const database: fc.Arbitrary<Omit<Database, 'hostId'>> = fc.record({
  dbId: number.map(String),
  uid: text,
  name: text,
  vendor,
  status: text,
  generation: number,
  sequence: number,
  files: fc.array(
    fc.record({
      name: text,
      fileId: number,
      kind: fc.constantFrom('data' as const, 'log' as const),
      path: text,
      sizeMib: number,
      backupStatus: text,
    }),
    { maxLength: 2 },
  ),
  mountPoints: fc.array(fc.record({ kind: text, path: text, serial: text }), { maxLength: 2 }),
  connection: fc.option(fc.record({ host: text, port: number })),
  volumes: fc.array(
    fc.record({
      sdpId: text,
      serial: text,
      volumeId: number,
      volumeName: text,
      volumeGroupId: number,
      volumeGroupName: text,
    }),
    { maxLength: 2 },
  ),
});
const snapshot: fc.Arbitrary<Omit<Snapshot, 'snapshotId' | 'requestId' | 'pins' | 'state' | 'exclusiveBy'>> = fc.record(
  {
    hostId: text,
    hostName: text,
    sdpId: text,
    takenAtSeconds: number,
    consistencyLevel: fc.constantFrom('application' as const, 'crash' as const),
    dbEngineVersion: text,
    isVssBased: fc.boolean(),
    scheduleId: text,
    databases: fc.array(
      fc.record({
        dbId: text,
        uid: text,
        dbName: text,
        vendor,
        restorePoint: text,
        volumes: fc.array(fc.record({ serial: text, volumeId: number, snapshotIndex: number }), { maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
    arraySnapshots: fc.array(
      fc.record({
        name: text,
        arrayId: number,
        origin: fc.record({ kind: fc.constantFrom('volume-group' as const, 'view' as const), id: number, name: text }),
      }),
      { maxLength: 2 },
    ),
  },
);
const clone: fc.Arbitrary<Omit<Clone, 'hostId' | 'snapshotId' | 'requestId' | 'snapshotIds'>> = fc.record({
  dbId: number.map(String),
  uid: text,
  sourceUid: text,
  dbName: text,
  sourceHostId: text,
  sourceDbId: text,
  sourceDbName: text,
  sdpId: text,
  views: texts,
  isRestored: fc.boolean(),
  createdAtSeconds: number,
});
const targetState = fc.constantFrom('online' as const, 'recovery' as const);
const destination = fc.record({ hostId: text, dbName: text, sourceDbId: text });
const plan: fc.Arbitrary<Plan> = fc.oneof(
  fc.record({
    flow: fc.constant('create-clone' as const),
    sdpId: text,
    sourceHostId: text,
    namePrefix: text,
    forceVss: fc.boolean(),
    consistencyLevel: fc.constantFrom('application' as const, 'crash' as const),
    targetState,
    sources: fc.array(fc.record({ dbId: text, uid: text, dbName: text, vendor }), { maxLength: 3 }),
    destinations: fc.array(destination, { maxLength: 50 }),
  }),
  fc.record({
    flow: fc.constant('create-snapshot' as const),
    sdpId: text,
    sourceHostId: text,
    namePrefix: text,
    forceVss: fc.boolean(),
    consistencyLevel: fc.constantFrom('application' as const, 'crash' as const),
    sources: fc.array(fc.record({ dbId: text, uid: text, dbName: text, vendor }), { maxLength: 3 }),
    scheduleId: text,
  }),
  fc.record({
    flow: fc.constant('import-snapshot' as const),
    sdpId: text,
    snapshotId: text,
    sourceHostId: text,
    destinations: fc.array(destination, { maxLength: 50 }),
    targetState,
  }),
  fc.record({
    flow: fc.constant('refresh' as const),
    sdpId: text,
    hostId: text,
    snapshotId: text,
    sourceHostId: text,
    databases: fc.array(fc.record({ dbId: text, dbName: text, sourceDbId: text, backupName: text }), {
      maxLength: 50,
    }),
    targetState,
  }),
  fc.record({
    flow: fc.constant('delete-clone' as const),
    sdpId: text,
    hostId: text,
    dbId: text,
    dbName: text,
    cloneRequestId: text,
    snapshotIds: texts,
  }),
  fc.record({ flow: fc.constant('delete-snapshot' as const), sdpId: text, snapshotId: text }),
);
const result: fc.Arbitrary<TaskResult | null> = fc.option(
  fc.record({
    snapshotId: text,
    clones: fc.array(
      fc.record({ id: text, name: text, hostId: text, sourceHostId: text, sourceDbId: text, sourceDbName: text }),
      { maxLength: 3 },
    ),
  }),
);
const task: fc.Arbitrary<Omit<Task, 'requestId'>> = fc.record({
  plan,
  result,
  commandType: fc.constantFrom(...commandTypes),
  state: fc.constantFrom(...taskStates),
  createdAtSeconds: number,
  updatedAtSeconds: number,
  owner: text,
  refId: text,
  principal: text,
  error: text,
  attempt: number,
  phase: fc.constantFrom('forward' as const, 'unwind' as const),
  cancelRequested: fc.boolean(),
  pastPointOfNoReturn: fc.boolean(),
  freezeRound: number,
  snapshotId: text,
  leftovers: texts,
});
const outcome = fc.dictionary(text, json, { maxKeys: 3, noNullPrototype: true });
const effect: fc.Arbitrary<Omit<Effect, 'requestId'>> = fc.record({
  effectId: text,
  kind: fc.constantFrom(...effectKinds),
  state: fc.constantFrom('intended' as const, 'done' as const, 'undone' as const),
  name: text,
  hostId: text,
  sdpId: text,
  requires: texts,
  outcome,
  blockedAttempt: number,
  blockedReason: text,
});
const command: fc.Arbitrary<Omit<CommandRecord, 'requestId'>> = fc.record({
  commandId: text,
  hostId: text,
  kind: text,
  effectId: text,
  purpose: fc.constantFrom('do' as const, 'undo' as const),
  token: text,
  state: fc.constantFrom('sent' as const, 'done' as const, 'failed' as const, 'revoked' as const),
  attempt: number,
  sentAtSeconds: number,
});
const waiter: fc.Arbitrary<LockWaiter> = fc.record({ requestId: text, attempt: number, token: text, keys: texts });
const lock: fc.Arbitrary<Omit<Lock, 'key'>> = fc.record({
  owner: text,
  attempt: number,
  heldSinceSeconds: number,
  waiters: fc.array(waiter, { maxLength: 3 }),
  unsignalled: fc.option(waiter),
  version: number,
});
const role = fc.constantFrom('admin' as const, 'operator' as const, 'viewer' as const);
const principal: fc.Arbitrary<Principal> = fc.oneof(
  fc.record({ kind: fc.constant('user' as const), name: text, role, epoch: number }),
  fc.record({ kind: fc.constant('app' as const), name: text, user: text, tokenId: text, role, epoch: number }),
  fc.record({ kind: fc.constant('host' as const), hostId: text }),
);
const token: fc.Arbitrary<Omit<Token, 'tokenHash'>> = fc.record({
  principal,
  createdAtSeconds: number,
  expiresAtSeconds: number,
});
const user: fc.Arbitrary<Omit<User, 'name'>> = fc.record({
  role,
  passwordHash: text,
  isDisabled: fc.boolean(),
  tokenEpoch: number,
  createdAtSeconds: number,
});
const appToken: fc.Arbitrary<Omit<AppToken, 'user' | 'tokenId' | 'tokenHash'>> = fc.record({
  name: text,
  description: text,
  createdAtSeconds: number,
  expiresAtSeconds: number,
  epoch: number,
  lastUsedSeconds: number,
});

/** Ids are new in every run, and unicode in most. */
const idOf = (name: string): string => `${fresh('id')}-${name}`;
/** The clone has plain objects only, as our values do: the generator also makes some without a prototype. */
const each = <VALUE>(values: fc.Arbitrary<VALUE>, trip: (value: VALUE, id: string) => Promise<void>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(values, text, (value, name) => trip(structuredClone(value), idOf(name))),
    { seed: 20_260_101, numRuns: 40 },
  );

describe('a round trip through the table leaves unchanged', () => {
  it('hosts', () =>
    each(host, async (about, hostId) => {
      const value = { ...about, hostId, tokenHash: hostId };
      await bed.store.register(
        value,
        { tokenHash: hostId, principal: { kind: 'host', hostId }, createdAtSeconds: 1, expiresAtSeconds: 0 },
        anAuditEntry(),
      );
      expect(await bed.store.getHost(hostId)).toEqual(value);
    }));
  it('databases', () =>
    each(database, async (about, hostId) => {
      const value = { ...about, hostId };
      await bed.store.putDatabases([value]);
      expect(await bed.store.listDatabases(hostId)).toEqual([value]);
      await bed.store.recordVolumes(hostId, value.dbId, [...value.volumes].reverse());
      expect(await bed.store.getDatabase(hostId, value.dbId)).toEqual({
        ...value,
        volumes: [...value.volumes].reverse(),
      });
    }));
  it('snapshots and clones', () =>
    each(fc.record({ snapshot, clone }), async (about, id) => {
      await bed.store.recordTask(aTask({ requestId: id }), anAuditEntry(), noGuards);
      const snap = {
        ...about.snapshot,
        snapshotId: id,
        requestId: id,
        state: 'pending' as const,
        pins: new Set([taskPin(id)]),
        exclusiveBy: '',
      };
      await bed.store.recordSnapshot(snap, []);
      expect(await bed.store.getSnapshot(id)).toEqual(snap);
      const made = { ...about.clone, hostId: id, snapshotId: id, requestId: id, snapshotIds: new Set<string>() };
      await bed.store.publishClones(id, id, [made], {});
      expect(await bed.store.getClone(id, made.dbId)).toEqual(made);
      expect(await bed.store.getSnapshot(id)).toEqual({
        ...snap,
        state: 'available',
        pins: new Set([clonePin(id, made.dbId)]),
      });
    }));
  it('tasks, also once they are finished', () =>
    each(fc.record({ task, result }), async (about, requestId) => {
      const value = { ...about.task, requestId };
      await bed.store.recordTask(value, anAuditEntry(), noGuards);
      expect(await bed.store.getTask(requestId)).toEqual(value);
      const open = { ...value, requestId: `${requestId}-open`, state: 'queued' as const };
      await bed.store.recordTask(open, anAuditEntry(), noGuards);
      await bed.store.finishTask(open.requestId, 'done', { error: '', result: about.result }, 5);
      const finished = { ...open, state: 'done', error: '', result: about.result, leftovers: [], updatedAtSeconds: 5 };
      expect(await bed.store.getTask(open.requestId)).toEqual(finished);
    }));
  it('effects and their outcomes', () =>
    each(fc.record({ effect, outcome }), async (about, requestId) => {
      const value = { ...about.effect, requestId };
      await bed.store.recordTask(aTask({ requestId }), anAuditEntry(), noGuards);
      await bed.store.intend(value, 1);
      expect(await bed.store.listEffects(requestId)).toEqual([value]);
      if (value.state === 'undone') return;
      await bed.store.markDone(requestId, value.effectId, about.outcome);
      expect(await bed.store.getEffect(requestId, value.effectId)).toEqual({
        ...value,
        state: 'done',
        outcome: about.outcome,
      });
    }));
  it('commands', () =>
    each(command, async (about, requestId) => {
      const value = { ...about, requestId };
      await bed.store.putCommand(value);
      expect(await bed.store.listCommands(requestId)).toEqual([value]);
    }));
  it('locks', () =>
    each(lock, async (about, key) => {
      const value = { ...about, key };
      await bed.store.writeLock(value, undefined);
      expect(await bed.store.readLock(key)).toEqual(value);
    }));
  it('tokens and users', () =>
    each(fc.record({ token, user }), async (about, id) => {
      const given = { token: { ...about.token, tokenHash: id }, user: { ...about.user, name: id } };
      await bed.store.openSession(given.token, null, anAuditEntry());
      await bed.store.createUser(given.user, anAuditEntry());
      expect(await bed.store.findBearer(id, id)).toEqual(given);
      expect(await bed.store.getUser(id)).toEqual(given.user);
    }));
  it('app tokens', () =>
    each(appToken, async (about, id) => {
      const made = { ...about, user: id, tokenId: id, tokenHash: id };
      const owner = aUser({ name: id, tokenEpoch: about.epoch });
      await bed.store.createUser(owner, anAuditEntry());
      const row = anAppTokenRow(made);
      expect(await bed.store.putAppToken(made, row, null, anAuditEntry())).toBe(true);
      expect(await bed.store.listAppTokens(id)).toEqual([made]);
      expect(await bed.store.findBearer(id, null)).toEqual({ token: row, user: undefined });
    }));
});
