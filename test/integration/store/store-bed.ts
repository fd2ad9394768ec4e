/** A store over the embedded DynamoDB, with a record of what was sent and conflicts on demand. */
import {
  CreateTableCommand,
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
import { startDynamoDb } from '../../../local/cloud/dynamodb.ts';
import { createStore } from '../../../shared/adapters/store-dynamodb/store.ts';
import type { Store } from '../../../shared/ports/store.ts';

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
  /** The stored row, with attributes that no domain value shows. */
  row(pk: string, sk: string): Promise<Record<string, AttributeValue> | undefined>;
  stop(): Promise<void>;
}

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
  // As infra/constructs/service-table.ts has it.
  await plain.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    }),
  );

  const calls: SentCall[] = [];
  const planned: { readonly type: string; readonly more: object }[] = [];
  let writesLeft = Infinity;
  const real = new NodeHttpHandler();
  const recording: Pick<NodeHttpHandler, 'handle' | 'destroy'> = {
    async handle(request, options) {
      const operation = (request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
      calls.push({
        operation,
        body: JSON.parse(new TextDecoder().decode(request.body as Uint8Array)) as Record<string, unknown>,
      });
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
      return await real.handle(request, options);
    },
    destroy: () => real.destroy(),
  };
  const store = createStore(
    tableName,
    { ...base, requestHandler: recording as Handler },
    { taskRetentionDays, auditRetentionDays },
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
    async row(pk, sk) {
      const key = { pk: { S: pk }, sk: { S: sk } };
      return (await plain.send(new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true }))).Item;
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
