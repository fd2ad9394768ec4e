/** docs/table.md against the entities: every entity has a row in the list of keys, and its partition is the one named. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  commandPrefix,
  createEntities,
  effectPrefix,
  notePrefix,
  partitions,
} from '../../../shared/adapters/store-dynamodb/entities.ts';

const page = readFileSync(new URL('../../../docs/table.md', import.meta.url), 'utf8');
const { table, ...entities } = createEntities(
  't',
  DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' })),
  400,
);
const rows = [...page.matchAll(/^\| (\w+) \| `([^`]+)`[^|]* \| ([^|]+) \|/gm)].map(([, name, pk, sk]) => ({
  name,
  pk,
  sk,
}));

it('lists every entity once, and nothing else', () => {
  expect(rows.map((row) => row.name).toSorted()).toEqual(Object.keys(entities).toSorted());
  expect(table.getName()).toBe('t');
});

it('names the partition of each', () => {
  const partitionOf: Readonly<Record<keyof typeof entities, string>> = {
    array: partitions.arrays,
    deploymentArray: partitions.deploymentArrays,
    host: partitions.hosts,
    database: partitions.databases,
    clone: partitions.clones,
    snapshot: partitions.snapshots,
    task: partitions.tasks,
    openTask: partitions.openTasks,
    effect: partitions.task(''),
    command: partitions.task(''),
    note: partitions.task(''),
    lock: partitions.lock(''),
    token: partitions.token(''),
    appToken: partitions.appTokens(''),
    user: partitions.users,
    loginBrake: partitions.loginBrake(''),
    callRecord: partitions.call(''),
    audit: partitions.audit(''),
    retiredQueue: partitions.retiredQueues,
    snapshotSchedule: partitions.snapshotSchedules,
    dueSchedule: partitions.dueSchedules(''),
  };
  expect(Object.fromEntries(rows.map((row) => [row.name, row.pk]))).toEqual(partitionOf);
  expect(rows.find((row) => row.name === 'effect')?.sk).toContain(effectPrefix);
  expect(rows.find((row) => row.name === 'command')?.sk).toContain(commandPrefix);
  expect(rows.find((row) => row.name === 'note')?.sk).toContain(notePrefix);
});
