/**
 * The rows of the one table and their keys. Nothing outside this folder knows a key; docs/table.md has the page of
 * access patterns. Collections that must be read whole and consistently (hosts, databases, clones, snapshots, tasks)
 * each live in one partition; what belongs to one task lives in the partition of that task.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Entity } from 'dynamodb-toolbox/entity';
import { any, boolean, item, number, set, string } from 'dynamodb-toolbox/schema';
import { jsonStringify } from 'dynamodb-toolbox/transformers/jsonStringify';
import type { DatabaseFile, DatabaseVolume, MountPoint } from '../../domain/database.ts';
import { effectKinds } from '../../domain/effect.ts';
import type { LockWaiter } from '../../domain/lock.ts';
import type { Plan } from '../../domain/plan.ts';
import type { ArraySnapshotRecord, SnapshotDatabase } from '../../domain/snapshot.ts';
import { commandTypes, taskStates, type TaskResult } from '../../domain/task.ts';
import { noteKinds } from '../../domain/task-history.ts';
import { accessEntities, accessPartitions } from './access-entities.ts';
import { arrayEntities, arrayPartitions } from './array-entities.ts';
import { callEntities, callPartitions } from './call-entities.ts';
import { scheduleEntities, schedulePartitions } from './schedule-entities.ts';
import type { StoredDetail, StoredOutline } from './snapshot-row.ts';
import { createTable } from './table.ts';

const vendors = ['mssql', 'postgres'] as const;

/** A value that is always written whole: the library would otherwise update a document path by path. */
const json = any().transform(jsonStringify());

/** Keys by noun. `partition` names are shared with the queries in the store's files. */
export const partitions = {
  hosts: 'hosts',
  databases: 'databases',
  clones: 'clones',
  snapshots: 'snapshots',
  tasks: 'tasks',
  openTasks: 'open-tasks',
  retiredQueues: 'retired-queues',
  ...accessPartitions,
  ...schedulePartitions,
  ...arrayPartitions,
  ...callPartitions,
  task: (requestId: string) => `task#${requestId}`,
  lock: (key: string) => `lock#${key}`,
} as const;

export const databasePrefix = (hostId: string): string => `${hostId}/`;
const databaseKey = (hostId: string, dbId: string): string => `${databasePrefix(hostId)}${dbId.padStart(10, '0')}`;

export const effectPrefix = 'effect#';
export const commandPrefix = 'command#';
export const notePrefix = 'note#';

export function createEntities(tableName: string, documentClient: DynamoDBDocumentClient, auditRetentionDays: number) {
  const table = createTable(tableName, documentClient);
  const plain = { timestamps: false } as const;

  const host = new Entity({
    ...plain,
    name: 'host',
    table,
    schema: item({
      hostId: string().key(),
      vendor: string().enum(...vendors),
      sdpId: string(),
      generation: number(),
      registeredAtSeconds: number(),
      lastSeenSeconds: number(),
      tokenHash: string(),
      queueUrl: string(),
      inventorySequence: number(),
      databasesVersion: number(),
      hostName: string(),
      hostIqn: string(),
      hostOs: string(),
      hostOsVersion: string(),
      agentVersion: string(),
      cloudVendor: string().enum('GCP', 'AWS', 'AZURE', 'UNKNOWN'),
      dbEngineVersion: string(),
      /** Absent in rows written before agents said so. */
      mayKeepBackups: boolean().optional(),
      hasVssProvider: boolean().optional(),
    }),
    computeKey: ({ hostId }: { hostId: string }) => ({ pk: partitions.hosts, sk: hostId }),
  });

  const database = new Entity({
    ...plain,
    name: 'database',
    table,
    schema: item({
      hostId: string().key(),
      dbId: string().key(),
      /** Absent in rows written before agents said so. */
      uid: string().optional(),
      name: string(),
      vendor: string().enum(...vendors),
      status: string(),
      files: any().castAs<readonly DatabaseFile[]>(),
      mountPoints: any().castAs<readonly MountPoint[]>(),
      connection: any().castAs<{ readonly host: string; readonly port: number } | null>(),
      generation: number(),
      sequence: number(),
      volumes: json.castAs<readonly DatabaseVolume[]>(),
    }),
    computeKey: ({ hostId, dbId }: { hostId: string; dbId: string }) => ({
      pk: partitions.databases,
      sk: databaseKey(hostId, dbId),
    }),
  });

  const clone = new Entity({
    ...plain,
    name: 'clone',
    table,
    schema: item({
      hostId: string().key(),
      dbId: string().key(),
      dbName: string(),
      /** Absent in rows written before agents said so. */
      uid: string().optional(),
      sourceUid: string().optional(),
      sourceHostId: string(),
      sourceDbId: string(),
      sourceDbName: string(),
      snapshotId: string(),
      /** Absent in rows written before arrays had names. */
      sdpId: string().optional(),
      views: any().castAs<readonly string[]>(),
      requestId: string(),
      createdAtSeconds: number(),
      /** Absent in rows written before databases were refreshed. */
      isRestored: boolean().optional(),
      snapshotIds: set(string()).optional(),
    }),
    computeKey: ({ hostId, dbId }: { hostId: string; dbId: string }) => ({
      pk: partitions.clones,
      sk: databaseKey(hostId, dbId),
    }),
  });

  const snapshot = new Entity({
    ...plain,
    name: 'snapshot',
    table,
    schema: item({
      snapshotId: string().key(),
      state: string().enum('pending', 'available'),
      requestId: string(),
      scheduleId: string().optional(),
      pins: set(string()).optional(),
      exclusiveBy: string().optional(),
      outline: json.castAs<StoredOutline>().optional(),
      detail: json.castAs<StoredDetail>().optional(),
      /** In place of the two above in rows written before there were any. */
      hostId: string().optional(),
      takenAtSeconds: number().optional(),
      consistencyLevel: string().enum('application', 'crash').optional(),
      hostName: string().optional(),
      sdpId: string().optional(),
      databases: any().castAs<readonly SnapshotDatabase[]>().optional(),
      arraySnapshots: any().castAs<readonly ArraySnapshotRecord[]>().optional(),
      dbEngineVersion: string().optional(),
      isVssBased: boolean().optional(),
    }),
    computeKey: ({ snapshotId }: { snapshotId: string }) => ({ pk: partitions.snapshots, sk: snapshotId }),
  });

  const task = new Entity({
    ...plain,
    name: 'task',
    table,
    schema: item({
      requestId: string().key(),
      plan: any().castAs<Plan>(),
      commandType: string().enum(...commandTypes),
      state: string().enum(...taskStates),
      createdAtSeconds: number(),
      updatedAtSeconds: number(),
      owner: string(),
      refId: string(),
      principal: string(),
      error: string(),
      result: json.castAs<TaskResult | null>(),
      attempt: number(),
      phase: string().enum('forward', 'unwind'),
      cancelRequested: boolean(),
      pastPointOfNoReturn: boolean(),
      freezeRound: number(),
      snapshotId: string(),
      leftovers: json.castAs<readonly string[]>(),
      runningAtMilliseconds: number().optional(),
      snapshotRecordedAtMilliseconds: number().optional(),
      publishedAtMilliseconds: number().optional(),
      pointOfNoReturnAtMilliseconds: number().optional(),
      cancelRequestedAtMilliseconds: number().optional(),
      attentionAtMilliseconds: number().optional(),
      finishedAtMilliseconds: number().optional(),
      expiresAtSeconds: number().optional().hidden(),
    }),
    computeKey: ({ requestId }: { requestId: string }) => ({ pk: partitions.tasks, sk: requestId }),
  });

  const openTask = new Entity({
    ...plain,
    name: 'openTask',
    table,
    schema: item({ requestId: string().key() }),
    computeKey: ({ requestId }: { requestId: string }) => ({ pk: partitions.openTasks, sk: requestId }),
  });

  const retiredQueue = new Entity({
    ...plain,
    name: 'retiredQueue',
    table,
    schema: item({ queueUrl: string().key() }),
    computeKey: ({ queueUrl }: { queueUrl: string }) => ({ pk: partitions.retiredQueues, sk: queueUrl }),
  });

  const effect = new Entity({
    ...plain,
    name: 'effect',
    table,
    schema: item({
      requestId: string().key(),
      effectId: string().key(),
      kind: string().enum(...effectKinds),
      state: string().enum('intended', 'done', 'undone'),
      name: string(),
      hostId: string(),
      /** Absent in rows written before arrays had names. */
      sdpId: string().optional(),
      requires: any().castAs<readonly string[]>(),
      outcome: json.castAs<Readonly<Record<string, unknown>>>(),
      blockedAttempt: number(),
      blockedReason: string(),
      /** Dates are absent in rows written before there were any. */
      intendedAttempt: number().optional(),
      intendedAtMilliseconds: number().optional(),
      doneAtMilliseconds: number().optional(),
      undoneAtMilliseconds: number().optional(),
      blockedAtMilliseconds: number().optional(),
      expiresAtSeconds: number().optional().hidden(),
    }),
    computeKey: ({ requestId, effectId }: { requestId: string; effectId: string }) => ({
      pk: partitions.task(requestId),
      sk: `${effectPrefix}${effectId}`,
    }),
  });

  const command = new Entity({
    ...plain,
    name: 'command',
    table,
    schema: item({
      requestId: string().key(),
      commandId: string().key(),
      hostId: string(),
      kind: string(),
      effectId: string(),
      purpose: string().enum('do', 'undo'),
      token: string(),
      state: string().enum('sent', 'done', 'failed', 'revoked'),
      attempt: number(),
      sentAtSeconds: number(),
      sentAtMilliseconds: number().optional(),
      settledAtMilliseconds: number().optional(),
      expiresAtSeconds: number().optional().hidden(),
    }),
    computeKey: ({ requestId, commandId }: { requestId: string; commandId: string }) => ({
      pk: partitions.task(requestId),
      sk: `${commandPrefix}${commandId}`,
    }),
  });

  const note = new Entity({
    ...plain,
    name: 'note',
    table,
    schema: item({
      requestId: string().key(),
      noteId: string().key(),
      kind: string().enum(...noteKinds),
      name: string(),
      attempt: number(),
      atMilliseconds: number(),
      detail: string(),
      expiresAtSeconds: number().optional().hidden(),
    }),
    computeKey: ({ requestId, noteId }: { requestId: string; noteId: string }) => ({
      pk: partitions.task(requestId),
      sk: `${notePrefix}${noteId}`,
    }),
  });

  const lock = new Entity({
    ...plain,
    name: 'lock',
    table,
    schema: item({
      key: string().key(),
      owner: string(),
      attempt: number(),
      heldSinceSeconds: number(),
      waiters: any().castAs<readonly LockWaiter[]>(),
      unsignalled: any().castAs<LockWaiter | null>(),
      version: number(),
    }),
    computeKey: ({ key }: { key: string }) => ({ pk: partitions.lock(key), sk: 'lock' }),
  });

  return {
    table,
    host,
    database,
    clone,
    snapshot,
    task,
    openTask,
    retiredQueue,
    effect,
    command,
    note,
    lock,
    ...accessEntities(table, auditRetentionDays),
    ...scheduleEntities(table),
    ...arrayEntities(table),
    ...callEntities(table),
  };
}

export type Entities = ReturnType<typeof createEntities>;
