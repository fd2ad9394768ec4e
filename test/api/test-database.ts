/** One embedded DynamoDB per test file, a fresh table per test, and a count of the calls made to it. */
import { DynamoDBClient, type DynamoDBClientConfig, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import { refuseUngranted } from './acting-as.ts';
import { type DynamoDb, startDynamoDb } from '../../local/cloud/dynamodb.ts';
import { laggingReads } from '../integration/store/lagging-reads.ts';
import { createProductTable } from '../integration/store/product-table.ts';

export interface TestTable {
  readonly name: string;
  /** For the product's own client: counts what goes over the wire. */
  readonly config: DynamoDBClientConfig;
  /** Operations since the last `forgetCalls`, as on the wire: `Query`, `GetItem`, `TransactWriteItems` … */
  calls(): readonly string[];
  forgetCalls(): void;
  /** Every row, sorted by key, read by the test's own client. */
  rows(): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Counts by the `x-amz-target` header, so that nothing in the product can hide a call, and refuses what is not granted. */
class CountingHandler extends NodeHttpHandler {
  readonly calls: string[] = [];
  readonly #next: Pick<NodeHttpHandler, 'handle'>;

  constructor(next: Pick<NodeHttpHandler, 'handle'>) {
    super();
    this.#next = next;
  }

  override handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    const target = request.headers['x-amz-target'] ?? 'unknown';
    this.calls.push(target.split('.').at(-1) ?? '');
    refuseUngranted({ target, body: textOf(request.body) });
    return this.#next.handle(request, options);
  }
}

/** The SDK sends bytes that warn when they are taken for text. */
const textOf = (body: unknown): string =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : typeof body === 'string' ? body : '';

const keyOf = (row: Readonly<Record<string, unknown>>): string => `${String(row['pk'])}\n${String(row['sk'])}`;

async function createTable(endpoint: string, name: string): Promise<TestTable> {
  const own = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  await createProductTable(own, name);
  const plain = new NodeHttpHandler();
  const requestHandler = new CountingHandler(
    inject('reads') === 'lagging' ? await laggingReads(own, name, plain) : plain,
  );
  return {
    name,
    config: { endpoint, region: 'us-east-1', credentials, requestHandler },
    calls: () => [...requestHandler.calls],
    forgetCalls: () => {
      requestHandler.calls.length = 0;
    },
    async rows() {
      const found: Record<string, unknown>[] = [];
      let from: Awaited<ReturnType<typeof scanPage>>['LastEvaluatedKey'];
      do {
        const page = await scanPage(own, name, from);
        found.push(...(page.Items ?? []).map((item) => unmarshall(item)));
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
      return found.sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
    },
  };
}

const scanPage = (client: DynamoDBClient, TableName: string, from: ScanCommand['input']['ExclusiveStartKey']) =>
  client.send(
    new ScanCommand({ TableName, ConsistentRead: true, ...(from === undefined ? {} : { ExclusiveStartKey: from }) }),
  );

/** Starts the database before the tests of the file and ends it after them; the answer makes a fresh table. */
export function useDatabase(): () => Promise<TestTable> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'reprise-api-'));
  let database: DynamoDb | undefined;
  let tables = 0;
  beforeAll(async () => {
    database = await startDynamoDb(dataDir);
  }, 30_000);
  afterAll(async () => {
    await database?.stop();
    rmSync(dataDir, { recursive: true });
  });
  return () => {
    if (database === undefined) throw new Error('the database runs only while tests do');
    tables += 1;
    return createTable(database.endpoint, `table-${String(process.pid)}-${String(tables)}`);
  };
}
