/**
 * What the product remembers, as named transitions over one table (docs/table.md lists the access patterns).
 * Reads are consistent unless said otherwise. A transition whose precondition fails answers a value, never an error;
 * `Conflict` and `Busy` errors mean "repeat".
 */
import type { RegisteredArray } from '../domain/array.ts';
import type { CallClaim } from '../domain/call-record.ts';
import type { Clone } from '../domain/clone.ts';
import type { Database, DatabaseVolume } from '../domain/database.ts';
import type { Effect } from '../domain/effect.ts';
import type { Host, HostFacts } from '../domain/host.ts';
import type { Lock } from '../domain/lock.ts';
import type { Snapshot, SnapshotOutline } from '../domain/snapshot.ts';
import type { SnapshotSchedule } from '../domain/snapshot-schedule.ts';
import type { Task, TaskPhase, TaskResult, TaskState } from '../domain/task.ts';
import type { TaskHistory } from '../domain/task-history.ts';
import type { Token } from '../domain/token.ts';
import type { AccessStore, LoginBrakeStore, UserStore } from './access-store.ts';
import type { CallStore } from './call-store.ts';

export interface AuditEntry {
  readonly atMilliseconds: number;
  readonly principal: string;
  readonly operation: string;
  readonly refId: string;
  readonly sourceIp: string;
  /** Ids of what was touched, never a secret. */
  readonly subject: string;
  readonly requestId: string;
  /**
   * Of the call that is audited: the transaction that writes the entry notes that the call acted, or throws `RepeatedCall`
   * and writes nothing.
   */
  readonly claim?: CallClaim | null;
}

/** A command on its way to an agent, or answered. The task token never leaves the control plane. */
export interface CommandRecord {
  readonly requestId: string;
  readonly commandId: string;
  readonly hostId: string;
  readonly kind: string;
  /** Journal row it acts for, and whether it does or undoes it. */
  readonly effectId: string;
  readonly purpose: 'do' | 'undo';
  readonly token: string;
  readonly state: 'sent' | 'done' | 'failed' | 'revoked';
  readonly attempt: number;
  readonly sentAtSeconds: number;
}

export interface ArrayStore {
  registerArray(array: RegisteredArray, audit: AuditEntry): Promise<'registered' | 'exists'>;
  getArray(sdpId: string): Promise<RegisteredArray | undefined>;
  /** Registered ones, also those being removed; in the order of their ids. */
  listArrays(): Promise<readonly RegisteredArray[]>;
  /** Takes the next version's name and address over, unless another version is stored or it is being removed. */
  changeArray(next: RegisteredArray, audit: AuditEntry): Promise<boolean>;
  /** From here on no task is recorded for it. Takes an earlier removal's place; undefined when it is not registered. */
  beginRemoval(sdpId: string, removalId: string, nowSeconds: number): Promise<RegisteredArray | undefined>;
  /** Gives the array back to work, unless another removal took the place of this one. */
  endRemoval(sdpId: string, removalId: string): Promise<void>;
  /** Forgets it; false when another removal took the place of this one. */
  forgetArray(sdpId: string, removalId: string, audit: AuditEntry): Promise<boolean>;
  /** What the deployment's own array at this URL said it is; undefined when it never did. */
  getDeploymentArray(url: string): Promise<ArrayIdentity | undefined>;
  /** What every array said that was remembered, at whatever URL; of one array there may be several. */
  listDeploymentArrays(): Promise<readonly ArrayIdentity[]>;
  /** The first array that was ever remembered, at any URL, stays what rows without a name mean. */
  rememberDeploymentArray(url: string, identity: ArrayIdentity): Promise<void>;
  /** Id of the array that rows from before arrays had names mean; undefined when none was ever remembered. */
  getUnnamedArray(): Promise<string | undefined>;
}

export interface ArrayIdentity {
  readonly sdpId: string;
  readonly name: string;
}

export interface HostStore {
  /** `removing`: the array that the host names is being removed. */
  register(host: Host, token: Token, audit: AuditEntry): Promise<'registered' | 'exists' | 'removing'>;
  unregister(hostId: string, audit: AuditEntry): Promise<Host | undefined>;
  getHost(hostId: string): Promise<Host | undefined>;
  getHosts(hostIds: readonly string[]): Promise<readonly Host[]>;
  listHosts(): Promise<readonly Host[]>;
  recordHeartbeat(hostId: string, generation: number, facts: HostFacts, nowSeconds: number): Promise<boolean>;
  recordQueue(hostId: string, generation: number, queueUrl: string): Promise<boolean>;
  /** Notes a queue that no registration uses, for the sweeper to remove. */
  retireQueue(queueUrl: string): Promise<void>;
  /** Queues of registrations that ended. */
  listRetiredQueues(): Promise<readonly string[]>;
  forgetRetiredQueue(queueUrl: string): Promise<void>;
}

export interface DatabaseStore {
  /** Live databases of the host, in id order. */
  listDatabases(hostId: string): Promise<readonly Database[]>;
  listAllDatabases(): Promise<readonly Database[]>;
  getDatabase(hostId: string, dbId: string): Promise<Database | undefined>;
  /** A row of a newer inventory stays as it is. */
  putDatabases(databases: readonly Database[]): Promise<void>;
  /** Rows as they were read; one that a newer inventory wrote meanwhile stays. */
  removeDatabases(databases: readonly Database[]): Promise<void>;
  /** Takes the sequence over and, when the set changed, moves `databasesVersion` on. False: a newer one is stored. */
  closeInventory(hostId: string, generation: number, sequence: number, setChanged: boolean): Promise<boolean>;
  recordVolumes(hostId: string, dbId: string, volumes: readonly DatabaseVolume[]): Promise<void>;
}

/** A clone that comes into being, or takes a database's place. */
export interface PublishedCopy {
  readonly clone: Clone;
  /**
   * The clone whose place it takes; null where there was none, or an original. It goes with its pin, or, with a
   * `backupName`, stays under that name with its lineage.
   */
  readonly replaced: { readonly clone: Clone; readonly backupName: string } | null;
}

export interface CatalogStore {
  getClone(hostId: string, dbId: string): Promise<Clone | undefined>;
  /** Clones among these databases of the host, at most 100. */
  getClones(hostId: string, dbIds: readonly string[]): Promise<readonly Clone[]>;
  listClones(): Promise<readonly Clone[]>;
  getSnapshot(snapshotId: string): Promise<Snapshot | undefined>;
  /** Available snapshots only. */
  listSnapshots(): Promise<readonly Snapshot[]>;
  /** The same, as the topology needs them: the quickest way to read very many. */
  listSnapshotOutlines(): Promise<readonly SnapshotOutline[]>;
  /**
   * Puts the pending snapshot and notes its id on the task, in one transaction. `taken`: another task has this id.
   * Repeating it for the same task is `recorded`. Throws `StaleAttempt` when the task does not go forward any more, and
   * `Conflict` when one of the source clones is gone.
   */
  recordSnapshot(snapshot: Snapshot, sourceClones: readonly Clone[]): Promise<'recorded' | 'taken'>;
  /**
   * Makes the task's snapshot available, pins it by its clones, stores them, and takes the task past its point of no
   * return: one transaction, repeatable. `refused`: the task was canceled or is being undone, and nothing was written.
   */
  publishClones(
    requestId: string,
    snapshotId: string,
    clones: readonly Clone[],
    /** Noted on the task, for a later run of the same step. */
    result: TaskResult,
  ): Promise<'published' | 'refused'>;
  /** The same for a task that makes nothing of its snapshot: nobody needs it then, so nothing pins it. */
  publishSnapshot(requestId: string, snapshotId: string, result: TaskResult): Promise<'published' | 'refused'>;
  /**
   * Stores clones of an available snapshot that the task has pinned, pins it by them, frees what they replace, notes the
   * result on the task and takes it past its point of no return: one transaction, repeatable. `refused` as above. A clone
   * that takes the id of the one it replaces has no snapshots of its own yet: nobody replaces one that has without a backup.
   */
  publishCopies(
    requestId: string,
    snapshotId: string,
    copies: readonly PublishedCopy[],
    result: TaskResult,
  ): Promise<'published' | 'refused'>;
  /** The task does not need the snapshot any more. */
  unpinSnapshot(snapshotId: string, requestId: string): Promise<void>;
  /** Removes a pending snapshot row of that task; an available one, or another task's, stays. */
  discardSnapshot(
    requestId: string,
    snapshotId: string,
    sourceHostId: string,
    sourceDbIds: readonly string[],
  ): Promise<void>;
  /** The clone's id has come to another database: gives its row and its pin an id that no database has (`orphanId`). */
  orphanClone(clone: Clone): Promise<void>;
  /** Forgets the clone and its pin, and its database row. */
  forgetClone(hostId: string, dbId: string, snapshotId: string): Promise<void>;
  /** Forgets the snapshot that the task deletes; one that it does not hold exclusively stays. */
  forgetSnapshot(snapshot: Snapshot, requestId: string): Promise<void>;
  /** Gives the exclusive mode of a snapshot back. */
  unlockSnapshot(snapshotId: string, requestId: string): Promise<void>;
}

/** What must still hold when a task is recorded. */
export interface RecordGuards {
  /** Lock keys to reserve for the task. */
  readonly reserve: readonly string[];
  /** Hosts whose set of databases must be the one the names were checked against. */
  readonly hosts: readonly Host[];
  /** Snapshots to take exclusively; they must be unpinned. */
  readonly exclusiveSnapshots: readonly string[];
  /** Snapshot to pin for the task: it must be available, and nobody may be deleting it. */
  readonly pinnedSnapshot: string | null;
}

export interface TaskStore {
  /**
   * One transaction: task, open-task row, audit, guards. `known`: there is a task of this id; `reserved`/`changed`/
   * `pinned`/`unavailable` (the snapshot to pin): a guard does not hold; `removing`: the array of its plan is being
   * removed. Nothing was written then.
   */
  recordTask(
    task: Task,
    audit: AuditEntry,
    guards: RecordGuards,
  ): Promise<'recorded' | 'known' | 'removing' | 'reserved' | 'changed' | 'pinned' | 'unavailable'>;
  getTask(requestId: string): Promise<Task | undefined>;
  listTasks(): Promise<readonly Task[]>;
  /** Tasks behind that id, oldest first, `most` or fewer of them: one page of the table. '' begins. */
  pageTasks(after: string, most: number): Promise<{ readonly tasks: readonly Task[]; readonly isLast: boolean }>;
  listOpenTasks(): Promise<readonly string[]>;
  /** queued → running; nothing otherwise. */
  markRunning(requestId: string, nowSeconds: number): Promise<void>;
  requestCancel(requestId: string, nowSeconds: number, audit: AuditEntry): Promise<boolean>;
  /** False when a cancel came first. */
  passPointOfNoReturn(requestId: string, nowSeconds: number): Promise<boolean>;
  /**
   * Moves to the next attempt when the task is still at the attempt that was read, and has not passed its point of no
   * return since: which way it goes was decided by that. The claimed task, or undefined.
   */
  claimAttempt(
    read: Pick<Task, 'requestId' | 'attempt' | 'pastPointOfNoReturn'>,
    phase: TaskPhase,
    error: string,
    nowSeconds: number,
  ): Promise<Task | undefined>;
  /** Begins a freeze round; the new round's number. Throws `StaleAttempt` when the attempt was superseded. */
  beginFreezeRound(requestId: string, attempt: number): Promise<number>;
  needAttention(
    requestId: string,
    attempt: number,
    error: string,
    leftovers: readonly string[],
    nowSeconds: number,
  ): Promise<void>;
  /** Only on a task that is not final. */
  noteError(requestId: string, error: string, nowSeconds: number): Promise<void>;
  /**
   * Final state; the open-task row goes with it. Nothing happens when the task's state does not allow it. The task, its
   * effects and its commands expire together.
   */
  finishTask(
    requestId: string,
    state: TaskState,
    outcome: { readonly error: string; readonly result: TaskResult | null },
    nowSeconds: number,
  ): Promise<void>;
  closeTask(requestId: string): Promise<void>;
}

export interface JournalStore {
  /**
   * Writes the row before the effect; a row that stands is kept, one that was undone begins anew. Throws `StaleAttempt`,
   * with nothing written, when another attempt of the task was claimed: whoever would act now acts behind its back.
   * True when it was written: false for a row that stands, whose effect may have happened already.
   */
  intend(effect: Effect, attempt: number): Promise<boolean>;
  /** Whatever the attempt: what came about is known to the undo the better for it. A row that was undone stays so. */
  markDone(requestId: string, effectId: string, outcome: Readonly<Record<string, unknown>>): Promise<void>;
  markUndone(requestId: string, effectId: string): Promise<void>;
  /**
   * `markUndone` for an effect that cannot be taken back and was refused in that attempt: not when another attempt was
   * claimed since, which may bring it about; nor, when it `wasTried` is false, when an earlier attempt had asked for it too,
   * of which nobody knows.
   */
  markRefused(requestId: string, effectId: string, attempt: number, wasTried: boolean): Promise<void>;
  markBlocked(requestId: string, effectId: string, attempt: number, reason: string): Promise<void>;
  listEffects(requestId: string): Promise<readonly Effect[]>;
  getEffect(requestId: string, effectId: string): Promise<Effect | undefined>;
}

export interface TaskHistoryStore {
  /** A step failed, `part` of it where it runs for several at once; once per failure, as it will be shown. */
  noteFailedStep(requestId: string, attempt: number, step: string, part: string, detail: string): Promise<void>;
  /** All that is known of what the task did; undefined when there is no such task. */
  readTaskHistory(requestId: string): Promise<TaskHistory | undefined>;
}

export interface CommandStore {
  putCommand(command: CommandRecord): Promise<void>;
  getCommand(requestId: string, commandId: string): Promise<CommandRecord | undefined>;
  listCommands(requestId: string): Promise<readonly CommandRecord[]>;
  settleCommand(requestId: string, commandId: string, state: 'done' | 'failed' | 'revoked'): Promise<void>;
}

export interface LockStore {
  readLock(key: string): Promise<Lock | undefined>;
  readLocks(keys: readonly string[]): Promise<readonly Lock[]>;
  /** Conditional on the version that was read (undefined: on absence); false: read again. */
  writeLock(next: Lock, read: Lock | undefined): Promise<boolean>;
  removeLock(read: Lock): Promise<boolean>;
}

/** Schedules, and which of them are due. */
export interface ScheduleStore {
  /** Puts it, or replaces the one of its id. */
  putSnapshotSchedule(schedule: SnapshotSchedule): Promise<void>;
  getSnapshotSchedule(scheduleId: string): Promise<SnapshotSchedule | undefined>;
  removeSnapshotSchedule(scheduleId: string): Promise<void>;
  /** Those to be looked at by then, longest overdue first; a bounded number, the rest at the next call. */
  listDueSnapshotSchedules(nowSeconds: number): Promise<readonly SnapshotSchedule[]>;
  /**
   * Moves the schedule's instants on, from those that were read, with the run's task and its audit entry in the same
   * transaction, or without a task. `missed`: somebody else moved or removed it, or the task's array is
   * being removed; `known`: there is a task of this id. Nothing was written then.
   */
  claimSnapshotSchedule(
    read: SnapshotSchedule,
    next: SnapshotSchedule,
    run: { readonly task: Task; readonly audit: AuditEntry } | null,
  ): Promise<'claimed' | 'missed' | 'known'>;
}

export type Store = ArrayStore &
  HostStore &
  DatabaseStore &
  CatalogStore &
  TaskStore &
  JournalStore &
  TaskHistoryStore &
  CommandStore &
  LockStore &
  ScheduleStore &
  AccessStore &
  UserStore &
  LoginBrakeStore &
  CallStore;
