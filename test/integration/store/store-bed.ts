/**
 * A store over the embedded DynamoDB, with a record of what was sent and conflicts on demand. Every test runs twice: as the
 * embedded DynamoDB answers, and with reads that lag wherever they may (vitest.config.ts).
 */
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  type AttributeValue,
  type DynamoDBClientConfig,
} from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { inject } from 'vitest';
import { startDynamoDb } from '../../../local/cloud/dynamodb.ts';
import { createStore } from '../../../shared/adapters/store-dynamodb/store.ts';
import type { Store } from '../../../shared/ports/store.ts';
import { bodyOf, laggingReads, operationOf } from './lagging-reads.ts';
import { createProductTable } from './product-table.ts';

type Handler = NonNullable<Exclude<DynamoDBClientConfig['requestHandler'], { requestTimeout?: number }>>;

export interface SentCall {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface StoreBed {
  readonly store: Store;
  /** Every call since `forgetCalls`. */
  readonly calls: readonly SentCall[];
  forgetCalls(): void;
  /** Answers the next calls with this error in place of the database. */
  answerNext(times: number, error: string, more?: object): void;
  /** From the n-th write on (1: the next one), calls do not reach the database and fail, as if the process had died. */
  dieAtWrite(nth: number): void;
  live(): void;
  /** The time from now on; it stands still. */
  setClock(nowMilliseconds: number): void;
  /** The stored row, with attributes that no domain value shows. */
  row(pk: string, sk: string): Promise<Record<string, AttributeValue> | undefined>;
  /** Rows as an earlier release wrote them, or very many; in place of the store. */
  putRows(rows: readonly Readonly<Record<string, AttributeValue>>[]): Promise<void>;
  stop(): Promise<void>;
}

const rowsAtOnce = 25;
const writes: ReadonlySet<string> = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'TransactWriteItems',
  'BatchWriteItem',
]);
export const taskRetentionDays = 40;
export const auditRetentionDays = 500;
const tableName = 'store-suite';

const answer = (status: number, body: object) => ({
  response: {
    statusCode: status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  },
});

export async function startStoreBed(): Promise<StoreBed> {
  const folder = mkdtempSync(path.join(tmpdir(), 'store-suite-'));
  const database = await startDynamoDb(folder, '');
  const base = {
    endpoint: database.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  } satisfies DynamoDBClientConfig;
  const plain = new DynamoDBClient(base);
  await createProductTable(plain, tableName);

  const calls: SentCall[] = [];
  let now = 1_767_000_000_000;
  const planned: { readonly type: string; readonly more: object }[] = [];
  let writesLeft = Infinity;
  const real = new NodeHttpHandler();
  const answering = inject('reads') === 'lagging' ? await laggingReads(plain, tableName, real) : real;
  const recording: Pick<NodeHttpHandler, 'handle' | 'destroy'> = {
    async handle(request, options) {
      const operation = operationOf(request);
      calls.push({ operation, body: bodyOf(request) });
      const error = planned.shift();
      if (error !== undefined) {
        return answer(400, {
          __type: `com.amazonaws.dynamodb.v20120810#${error.type}`,
          message: 'planned',
          ...error.more,
        });
      }
      if (writes.has(operation)) {
        writesLeft -= 1;
        if (writesLeft < 0) throw new Error('the process died');
      }
      return await answering.handle(request, options);
    },
    destroy: () => real.destroy(),
  };
  const store = createStore(
    tableName,
    { ...base, requestHandler: recording as Handler },
    { taskRetentionDays, auditRetentionDays },
    { nowMilliseconds: () => now },
  );
  return {
    store,
    calls,
    forgetCalls: () => void calls.splice(0),
    answerNext: (times, error, more = {}) => {
      for (let i = 0; i < times; i += 1) planned.push({ type: error, more });
    },
    dieAtWrite: (nth) => {
      writesLeft = nth - 1;
    },
    live: () => {
      writesLeft = Infinity;
    },
    setClock: (nowMilliseconds) => {
      now = nowMilliseconds;
    },
    async row(pk, sk) {
      const key = { pk: { S: pk }, sk: { S: sk } };
      return (await plain.send(new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true }))).Item;
    },
    async putRows(rows) {
      for (let from = 0; from < rows.length; from += rowsAtOnce) {
        const puts = rows.slice(from, from + rowsAtOnce).map((Item) => ({ PutRequest: { Item } }));
        await plain.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }));
      }
    },
    async stop() {
      plain.destroy();
      real.destroy();
      await database.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

let last = 0;
/** Ids of one test: all tests of a file share a table. */
export const fresh = (prefix: string): string => `${prefix}-${String((last += 1))}`;
