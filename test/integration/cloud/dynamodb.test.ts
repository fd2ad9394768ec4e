import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDynamoDb } from '../../../local/cloud/dynamodb.ts';

let dataDir: string;
let owner: ChildProcess | undefined;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'embedded-dynamodb-'));
});
afterEach(() => {
  owner?.kill('SIGKILL');
  rmSync(dataDir, { recursive: true });
});

const clientFor = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

it('uses a given endpoint and starts nothing', async () => {
  const given = await startDynamoDb(dataDir, 'http://127.0.0.1:9');
  expect(given.endpoint).toBe('http://127.0.0.1:9');
  await expect(given.stop()).resolves.toBeUndefined();
});

it('refuses a second database on the same data', async () => {
  const first = await startDynamoDb(dataDir, '');
  await expect(startDynamoDb(dataDir, '')).rejects.toThrow(`process ${process.pid} runs an embedded cloud`);
  await first.stop();
});

it('takes over from a killed process, with its tables', async () => {
  const script = `
    import { startDynamoDb } from ${JSON.stringify(new URL('../../../local/cloud/dynamodb.ts', import.meta.url).href)};
    console.log((await startDynamoDb(${JSON.stringify(dataDir)}, '')).endpoint);
    setInterval(() => undefined, 1000);`;
  const spawned = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  owner = spawned;
  const [line] = await once(spawned.stdout, 'data');
  const before = clientFor(String(line).trim());
  await before.send(
    new CreateTableCommand({
      TableName: 'kept',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    }),
  );
  before.destroy();
  const exited = once(spawned, 'exit');
  spawned.kill('SIGKILL');
  await exited;
  const next = await startDynamoDb(dataDir, '');
  const after = clientFor(next.endpoint);
  expect((await after.send(new DescribeTableCommand({ TableName: 'kept' }))).Table?.TableStatus).toBe('ACTIVE');
  after.destroy();
  await next.stop();
}, 30_000);
