/** The recorder as it is used: imported by a node process before the SDK, which here speaks to an endpoint of the test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listenOnLoopback, type LoopbackServer } from '../../../local/cloud/wire/loopback-server.ts';
import { recordedCalls } from '../../localstack/recorded-calls.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'reprise-recorder-'));
// Characters that a query must carry.
const folder = join(dataDir, 'calls of a run, 100% & more');
mkdirSync(folder);

const moduleOf = (name: string): string => pathToFileURL(createRequire(import.meta.url).resolve(name)).href;

/** What a function would do, with the clients as they are. */
const program = `
import dynamodb from ${JSON.stringify(moduleOf('@aws-sdk/client-dynamodb'))};
import sqs from ${JSON.stringify(moduleOf('@aws-sdk/client-sqs'))};
import sfn from ${JSON.stringify(moduleOf('@aws-sdk/client-sfn'))};
import sts from ${JSON.stringify(moduleOf('@aws-sdk/client-sts'))};
import secrets from ${JSON.stringify(moduleOf('@aws-sdk/client-secrets-manager'))};

const key = { pk: { S: 'a' }, sk: { S: 'é' } };
const table = new dynamodb.DynamoDBClient();
await table.send(new dynamodb.GetItemCommand({ TableName: 't', Key: key }));
await table.send(new dynamodb.TransactWriteItemsCommand({ TransactItems: [
  { Put: { TableName: 't', Item: key } },
  { ConditionCheck: { TableName: 't', Key: key, ConditionExpression: 'attribute_exists(pk)' } },
] }));
await new sqs.SQSClient({ useQueueUrlAsEndpoint: false, md5: false }).send(
  new sqs.SendMessageCommand({ QueueUrl: 'http://queue.test/000000000000/q1', MessageBody: 'm' }));
await new sfn.SFNClient().send(new sfn.StartExecutionCommand({
  stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:m', name: 'a-1' }));
await new sts.STSClient().send(new sts.AssumeRoleCommand({
  RoleArn: 'arn:aws:iam::000000000000:role/r', RoleSessionName: 's' }));
await new secrets.SecretsManagerClient().send(new secrets.GetSecretValueCommand({ SecretId: 'reprise/sdp' }));
console.log((await fetch(process.env.AWS_ENDPOINT_URL)).status);
`;

const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>
<Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

let endpoint: LoopbackServer;
let served = 0;

beforeAll(async () => {
  endpoint = await listenOnLoopback(
    createServer((incoming, response) => {
      served += 1;
      incoming.resume().on('end', () => {
        const isForm = String(incoming.headers['content-type']).includes('form');
        response.setHeader('content-type', isForm ? 'text/xml' : 'application/x-amz-json-1.0');
        response.end(isForm ? assumed : '{}');
      });
    }),
  );
});

afterAll(async () => {
  await endpoint.stop();
  rmSync(dataDir, { recursive: true });
});

it('notes every call of the SDK inside a function, whichever client sends it, and changes none', async () => {
  const script = join(dataDir, 'function.mjs');
  writeFileSync(script, program);
  const recorder = new URL('../../localstack/recorder/record-sdk-calls.mjs', import.meta.url);
  recorder.searchParams.set('to', folder);
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      // As the executor gives it to a function.
      NODE_OPTIONS: `--import=${recorder.href}`,
      AWS_LAMBDA_FUNCTION_NAME: 'reprise-local-api-tasks',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${String(endpoint.port)}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await once(child, 'close');
  expect({ code: child.exitCode, printed: printed.trim(), served }).toEqual({ code: 0, printed: '200', served: 7 });
  const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/t';
  expect(await recordedCalls(folder)).toEqual(
    new Map([
      [
        'reprise-local-api-tasks',
        [
          { action: 'dynamodb:GetItem', resource: table },
          { action: 'dynamodb:PutItem', resource: table },
          { action: 'dynamodb:ConditionCheckItem', resource: table },
          { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:us-east-1:000000000000:q1' },
          { action: 'states:StartExecution', resource: 'arn:aws:states:us-east-1:000000000000:stateMachine:m' },
          { action: 'sts:AssumeRole', resource: 'arn:aws:iam::000000000000:role/r' },
          {
            action: 'secretsmanager:GetSecretValue',
            resource: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:reprise/sdp-a1B2c3',
          },
        ],
      ],
    ]),
  );
});
