/** Puts hosts, databases, clones, snapshots and tasks into a bed's table, by the transitions the product itself uses. */
import type { RegisteredArray } from '../../shared/domain/array.ts';
import type { Clone } from '../../shared/domain/clone.ts';
import type { Database } from '../../shared/domain/database.ts';
import type { Host } from '../../shared/domain/host.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { Task } from '../../shared/domain/task.ts';
import { hashToken } from '../../shared/http/authentication.ts';
import type { AuditEntry, CommandRecord, RecordGuards } from '../../shared/ports/store.ts';
import { cloneRow, databaseRow, hostRow, snapshotRow, taskRow } from '../builders/flex-example.ts';
import { aMemoryArray, aRegisteredArray } from '../builders/arrays.ts';
import { noGuards } from '../builders/task.ts';
import { type ApiBed, startSeconds } from './api-bed.ts';

export const hostToken = (hostId: string): string => `hostToken-${hostId}-00000000000000001`;

const audit = (subject: string): AuditEntry => ({
  atMilliseconds: startSeconds * 1000,
  principal: 'user:test',
  operation: 'given',
  refId: 'given',
  sourceIp: '192.0.2.1',
  subject,
  requestId: '',
});

/** A registered host; connected and with a queue unless said otherwise. */
export async function givenHost(
  bed: ApiBed,
  hostId: string,
  given: Partial<Host> & { readonly connected?: boolean } = {},
): Promise<Host> {
  const { connected = true, ...row } = given;
  const tokenHash = hashToken(hostToken(hostId));
  const host = hostRow({ hostId, tokenHash, lastSeenSeconds: connected ? startSeconds - 10 : 0, ...row });
  const token = {
    tokenHash,
    principal: { kind: 'host', hostId },
    createdAtSeconds: startSeconds,
    expiresAtSeconds: 0,
  } as const;
  await bed.store.register(host, token, audit(hostId));
  return host;
}

export const arrayUrl = (sdpId: string): string => `https://array-${sdpId}.example`;

/** A registered array that answers. */
export async function givenArray(
  bed: ApiBed,
  sdpId: string,
  given: Partial<RegisteredArray> = {},
): Promise<RegisteredArray> {
  const array = aRegisteredArray({
    sdpId,
    name: `array-${sdpId}`,
    url: arrayUrl(sdpId),
    secretId: `reprise/sdp/${sdpId}`,
    registeredAtSeconds: startSeconds,
    version: startSeconds * 1000,
    ...given,
  });
  bed.reachable.set(
    array.url,
    aMemoryArray(sdpId, () => bed.clock.nowMilliseconds()),
  );
  await bed.store.registerArray(array, audit(sdpId));
  if (array.removalId !== '') await bed.store.beginRemoval(sdpId, array.removalId, array.removingSinceSeconds);
  return array;
}

export async function givenDatabase(bed: ApiBed, given: Parameters<typeof databaseRow>[0] = {}): Promise<Database> {
  const database = databaseRow(given);
  await bed.store.putDatabases([database]);
  return database;
}

export async function givenTask(
  bed: ApiBed,
  given: Partial<Task> = {},
  reserve: readonly string[] = [],
  guards: Partial<RecordGuards> = {},
): Promise<Task> {
  const task = taskRow(given);
  const outcome = await bed.store.recordTask(task, audit(task.requestId), { ...noGuards, reserve, ...guards });
  if (outcome !== 'recorded') throw new Error(`the task was not recorded: ${outcome}`);
  return task;
}

export interface GivenClone {
  readonly clone: Clone;
  readonly snapshot: Snapshot;
  readonly task: Task;
}

/** A clone whose task is done, with its snapshot and its database row (left out with `database: false`). */
export async function givenClone(
  bed: ApiBed,
  given: { readonly clone?: Partial<Clone>; readonly snapshot?: Partial<Snapshot>; readonly database?: boolean } = {},
): Promise<GivenClone> {
  const requestId =
    given.clone?.requestId ?? given.snapshot?.requestId ?? `done-${given.snapshot?.snapshotId ?? 'snap_1767000100'}`;
  const snapshot = snapshotRow({ ...given.snapshot, requestId });
  const clone = cloneRow({ snapshotId: snapshot.snapshotId, ...given.clone, requestId });
  const task = await givenTask(bed, { requestId });
  const source = await bed.store.getClone(snapshot.hostId, snapshot.databases[0]?.dbId ?? '');
  await bed.store.recordSnapshot({ ...snapshot, state: 'pending' }, source === undefined ? [] : [source]);
  await bed.store.publishClones(requestId, snapshot.snapshotId, [clone], {});
  if (given.database !== false) {
    await givenDatabase(bed, {
      hostId: clone.hostId,
      dbId: clone.dbId,
      name: clone.dbName,
      serial: `copy-${clone.dbId}`,
    });
  }
  const result = {
    snapshotId: snapshot.snapshotId,
    clones: [
      {
        id: clone.dbId,
        name: clone.dbName,
        hostId: clone.hostId,
        sourceHostId: clone.sourceHostId,
        sourceDbId: clone.sourceDbId,
        sourceDbName: clone.sourceDbName,
      },
    ],
  };
  await bed.store.finishTask(requestId, 'done', { error: '', result }, startSeconds);
  return { clone, snapshot, task };
}

/** A snapshot nobody needs any more: its clone came and went. */
export async function givenSnapshot(bed: ApiBed, given: Partial<Snapshot> = {}): Promise<Snapshot> {
  const { clone, snapshot } = await givenClone(bed, { snapshot: given, clone: { dbId: '99' }, database: false });
  await bed.store.forgetClone(clone.hostId, clone.dbId, snapshot.snapshotId);
  return snapshot;
}

/** A command that was sent to a host and waits for its answer, with its task and the journal row it acts for. */
export async function givenCommand(bed: ApiBed, given: Partial<CommandRecord> = {}): Promise<CommandRecord> {
  const requestId = given.requestId ?? taskRow().requestId;
  const kind = given.kind ?? 'freeze';
  const command: CommandRecord = {
    requestId,
    commandId: `${requestId}.${kind}.${given.effectId ?? 'effect-1'}.1`,
    hostId: 'sqlprod1',
    kind,
    effectId: 'effect-1',
    purpose: 'do',
    token: 'taskToken0000000000000000000001',
    state: 'sent',
    attempt: 1,
    sentAtSeconds: startSeconds,
    ...given,
  };
  const task = (await bed.store.getTask(requestId)) ?? (await givenTask(bed, { requestId }));
  await bed.store.intend(
    {
      requestId,
      effectId: command.effectId,
      kind: kind === 'attach' ? 'attach' : 'freeze',
      state: 'intended',
      name: 'orders',
      hostId: command.hostId,
      sdpId: '',
      requires: [],
      outcome: {},
      blockedAttempt: 0,
      blockedReason: '',
    },
    task.attempt,
  );
  await bed.store.putCommand(command);
  return command;
}
