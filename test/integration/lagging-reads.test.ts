/** The wrapper that the store suite runs under bites: what is not read consistently is the past. */
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DynamoDb, startDynamoDb } from '../../local/cloud/dynamodb.ts';
import { createStore } from '../../shared/adapters/store-dynamodb/store.ts';
import { anAuditEntry, aTask, noGuards } from '../builders/task.ts';
import { laggingReads, mayLag } from './store/lagging-reads.ts';
import { createProductTable } from './store/product-table.ts';

const TableName = 'lagging';
const base = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const folder = mkdtempSync(path.join(tmpdir(), 'lagging-reads-'));
let database: DynamoDb;
let client: DynamoDBClient;
let lagging: Pick<NodeHttpHandler, 'handle'>;

beforeAll(async () => {
  database = await startDynamoDb(folder, '');
  const own = new DynamoDBClient(base(database.endpoint));
  await createProductTable(own, TableName);
  lagging = await laggingReads(own, TableName, new NodeHttpHandler());
  client = new DynamoDBClient({
    ...base(database.endpoint),
    requestHandler: Object.assign(new NodeHttpHandler(), lagging),
  });
}, 30_000);
afterAll(async () => {
  client.destroy();
  await database.stop();
  rmSync(folder, { recursive: true });
});

const keyOf = (pk: string) => ({ pk: { S: pk }, sk: { S: 'row' } });
const rowOf = (pk: string, version: string) => ({ ...keyOf(pk), version: { S: version } });
const put = (pk: string, version: string) => client.send(new PutItemCommand({ TableName, Item: rowOf(pk, version) }));

/** Versions as each kind of read gives them; undefined for a row it does not see. */
async function versions(pk: string, ConsistentRead: boolean): Promise<readonly (string | undefined)[]> {
  const got = await client.send(new GetItemCommand({ TableName, Key: keyOf(pk), ConsistentRead }));
  const queried = await client.send(
    new QueryCommand({
      TableName,
      ConsistentRead,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
    }),
  );
  const batched = await client.send(
    new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [keyOf(pk)], ConsistentRead } } }),
  );
  return [got.Item, queried.Items?.[0], batched.Responses?.[TableName]?.[0]].map((row) => row?.['version']?.S);
}
const all = (version: string | undefined) => [version, version, version];
const expectVersions = async (pk: string, now: string | undefined, past: string | undefined): Promise<void> => {
  expect(await versions(pk, true)).toEqual(all(now));
  expect(await versions(pk, false)).toEqual(all(past));
};

it('shows each row as it was before its last write, to any read that is not consistent', async () => {
  await put('a', '1');
  await expectVersions('a', '1', undefined);
  await put('a', '2');
  await expectVersions('a', '2', '1');
  await client.send(new DeleteItemCommand({ TableName, Key: keyOf('a') }));
  await expectVersions('a', undefined, '2');
  await put('a', '3');
  await expectVersions('a', '3', undefined);
});

it('goes on by a transaction, and by nothing that was refused', async () => {
  await put('b', '1');
  const replace = (condition: string) =>
    client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: rowOf('b', '2'), ConditionExpression: condition } },
          { Put: { TableName, Item: rowOf('c', '1') } },
        ],
      }),
    );
  await expect(replace('attribute_not_exists(pk)')).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  await expectVersions('b', '1', undefined);
  await replace('attribute_exists(pk)');
  await expectVersions('b', '2', '1');
  await expectVersions('c', '1', undefined);
});

it.each([true, false])('shows a store what it wrote, when it asks for that: %s', async (asks) => {
  const forgetful: typeof lagging = {
    handle: (request, options) => {
      const body = new TextDecoder().decode(request.body as Uint8Array);
      const sent = Buffer.from(body.replaceAll('"ConsistentRead":true', `"ConsistentRead":${String(asks)}`));
      const headers = { ...request.headers, 'content-length': String(sent.length) };
      return lagging.handle(Object.assign(request, { body: sent, headers }), options);
    },
  };
  const requestHandler = Object.assign(new NodeHttpHandler(), forgetful);
  const store = createStore(TableName, { ...base(database.endpoint), requestHandler });
  const task = aTask({ requestId: `asks-${String(asks)}` });
  expect(await store.recordTask(task, anAuditEntry(), noGuards)).toBe('recorded');
  expect(await store.getTask(task.requestId)).toEqual(asks ? task : undefined);
  await store.markRunning(task.requestId, 2000);
  expect((await store.listTasks()).find((one) => one.requestId === task.requestId)?.state).toBe(
    asks ? 'running' : 'queued',
  );
  await store.closeTask(task.requestId);
  expect((await store.listOpenTasks()).includes(task.requestId)).toBe(!asks);
});

it('takes a read of an index for one that lags, whatever it asks for', () => {
  expect(mayLag('Query', { TableName, ConsistentRead: true })).toBe(false);
  expect(mayLag('Query', { TableName, ConsistentRead: true, IndexName: 'by-date' })).toBe(true);
  expect(mayLag('BatchGetItem', { RequestItems: { [TableName]: { Keys: [], ConsistentRead: true } } })).toBe(false);
});

it('refuses a scan, and what it was not taught', async () => {
  await expect(client.send(new ScanCommand({ TableName, ConsistentRead: true }))).rejects.toThrow('by Scan');
  expect(() => mayLag('ExecuteStatement', {})).toThrow('by ExecuteStatement');
});
