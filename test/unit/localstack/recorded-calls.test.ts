import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordedCalls } from '../../localstack/recorded-calls.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-calls-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const note = (functionName: string, operation: string): string =>
  `${JSON.stringify({
    functionName,
    service: 'dynamodb',
    region: 'us-east-1',
    target: `DynamoDB_20120810.${operation}`,
    body: '{"TableName":"t"}',
  })}\n`;
const call = (operation: string) => ({
  action: `dynamodb:${operation}`,
  resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/t',
});

it('gives each call of a function once, whichever of its processes made it', async () => {
  writeFileSync(join(folder, 'tasks.1.jsonl'), note('tasks', 'GetItem') + note('tasks', 'GetItem'));
  writeFileSync(join(folder, 'tasks.2.jsonl'), note('tasks', 'GetItem') + note('tasks', 'PutItem'));
  writeFileSync(join(folder, 'hosts.3.jsonl'), note('hosts', 'Query'));
  expect(await recordedCalls(folder)).toEqual(
    new Map([
      ['tasks', [call('GetItem'), call('PutItem')]],
      ['hosts', [call('Query')]],
    ]),
  );
});

it('reads past half a last line, and keeps what stands before it', async () => {
  writeFileSync(join(folder, 'tasks.1.jsonl'), note('tasks', 'GetItem') + note('tasks', 'PutItem').slice(0, 40));
  writeFileSync(join(folder, 'hosts.2.jsonl'), note('hosts', 'Query').slice(0, 40));
  expect(await recordedCalls(folder)).toEqual(new Map([['tasks', [call('GetItem')]]]));
});

it('does not read past a broken line in the middle', async () => {
  writeFileSync(join(folder, 'tasks.1.jsonl'), `${note('tasks', 'GetItem').slice(0, 40)}\n${note('tasks', 'PutItem')}`);
  await expect(recordedCalls(folder)).rejects.toThrow();
});

it('nothing noted is nothing called', async () => {
  expect(await recordedCalls(folder)).toEqual(new Map());
});
