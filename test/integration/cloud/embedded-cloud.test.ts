import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../../local/cloud/embedded-cloud.ts';
import { synthesizeSmallApp } from './small-app.ts';
import { until } from './step-functions-bed.ts';

const { folder, assemblyDir } = synthesizeSmallApp();
const dataDir = path.join(folder, 'data');
const logged: string[] = [];
const start = (): Promise<EmbeddedCloud> =>
  startEmbeddedCloud({
    assemblyDir,
    dataDir,
    port: 0,
    secrets: { 'small/array': '{"username":"u"}' },
    environment: { EXTRA: 'yes' },
    sweepIntervalMs: 20,
    log: (message) => void logged.push(message),
  });

let cloud: EmbeddedCloud;
let agent: Agent;
const local = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, maxAttempts: 1 };

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}
const call = async (
  method: 'GET' | 'POST' | 'PUT',
  at: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Answer> => {
  const answer = await request(`${cloud.url}${at}`, {
    method,
    headers,
    dispatcher: agent,
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
};
const eventSeen = ({ text }: Answer): Record<string, never> => JSON.parse(text).event;

beforeAll(async () => {
  cloud = await start();
  agent = new Agent({ connect: { ca: readFileSync(cloud.caFile, 'utf8') } });
}, 30_000);
afterAll(async () => {
  await agent.close();
  await cloud.stop();
  rmSync(folder, { recursive: true });
});

describe('front door', () => {
  it('turns a request below the stage into a version 1 event', async () => {
    const answer = await call('GET', '/api/echo/v1/tasks/a%20b?x=1&x=2&y=3', undefined, { 'X-Mine': 'kept' });
    expect([answer.status, answer.headers['x-function'], answer.headers['content-type']]).toEqual([
      200,
      'small-echo',
      'application/json',
    ]);
    expect(eventSeen(answer)).toMatchObject({
      resource: '/echo/v1/tasks/{request_id}',
      path: '/echo/v1/tasks/a%20b',
      httpMethod: 'GET',
      body: null,
      isBase64Encoded: false,
      pathParameters: { request_id: 'a b' },
      headers: { 'X-Mine': 'kept' },
      multiValueHeaders: { 'X-Mine': ['kept'] },
      queryStringParameters: { x: '2', y: '3' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['3'] },
      requestContext: {
        path: '/api/echo/v1/tasks/a%20b',
        stage: 'api',
        httpMethod: 'GET',
        identity: { sourceIp: '127.0.0.1' },
      },
    });
  });

  it('serves paths outside the stage as a custom domain would', async () => {
    expect(eventSeen(await call('GET', '/flex/tasks'))).toMatchObject({
      path: '/flex/tasks',
      pathParameters: null,
      queryStringParameters: null,
    });
  });

  it('relabels JSON that is sent as a form', async () => {
    const answer = await call('POST', '/api/echo/v1/tasks/1', ' {"a":1}', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(eventSeen(answer)).toMatchObject({ body: ' {"a":1}', headers: { 'content-type': 'application/json' } });
  });

  it.each([
    ['an unknown path', 'GET', '/api/nowhere', 404, 'Not Found'],
    ['a known path with another method', 'PUT', '/api/echo/v1/tasks/1', 404, 'Not Found'],
    ['a handler that throws', 'GET', '/api/echo/v1/tasks/1/throw', 502, 'Internal server error'],
    ['a handler that answers nonsense', 'GET', '/api/echo/v1/tasks/1/bad', 502, 'Internal server error'],
  ] as const)('answers %s', async (_what, method, at, status, detail) => {
    const answer = await call(method, at);
    expect([answer.status, answer.text]).toEqual([status, JSON.stringify({ detail })]);
  });

  it('refuses bodies over 256 kB', async () => {
    expect((await call('POST', '/api/echo/v1/tasks/1', 'x'.repeat(256 * 1024))).status).toBe(200);
    expect((await call('POST', '/api/echo/v1/tasks/1', 'x'.repeat(256 * 1024 + 1))).status).toBe(413);
  });

  it('keeps its key to itself', () => {
    expect(statSync(path.join(dataDir, 'tls', 'key.pem')).mode & 0o777).toBe(0o600);
  });
});

describe('functions', () => {
  it('get the variables of the template, the engines and the caller', () => {
    const environment = cloud.environmentOf('small-step');
    expect(environment).toMatchObject({
      STACK: 'small-api',
      QUEUE_ARN: expect.stringMatching(/^arn:aws:sqs:us-east-1:000000000000:small-data-/),
      EXTRA: 'yes',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: cloud.endpoints.dynamodb,
      AWS_ENDPOINT_URL_SFN: cloud.endpoints.stepfunctions,
      AWS_LAMBDA_FUNCTION_NAME: 'small-step',
    });
    expect(environment['TABLE_NAME']).toBe(cloud.app.tables[0]?.TableName);
    expect(() => cloud.environmentOf('other')).toThrow('the app has no function other');
  });

  it('are recorded with start and end', async () => {
    await cloud.invoke('small-step', {});
    const last = cloud
      .invocations()
      .filter(({ functionName }) => functionName === 'small-step')
      .at(-1);
    expect(last?.failed).toBe(false);
    expect(last?.endedAt).toBeGreaterThanOrEqual(last?.startedAt ?? Infinity);
  });

  it('run on schedule, the first time at start', async () => {
    await until('three ticks', () =>
      cloud.invocations().filter(({ functionName }) => functionName === 'small-tick').length >= 3 ? true : undefined,
    );
    expect(Reflect.get(globalThis, 'embeddedCloudTicks')).toBeGreaterThanOrEqual(3);
  });
});

describe('engines', () => {
  const run = async (input: object) => {
    const client = new SFNClient({ ...local, endpoint: cloud.endpoints.stepfunctions });
    const machine = (await client.send(new ListStateMachinesCommand({}))).stateMachines?.[0];
    const { executionArn } = await client.send(
      new StartExecutionCommand({ stateMachineArn: machine?.stateMachineArn, input: JSON.stringify(input) }),
    );
    const ended = await until('the execution ends', async () => {
      const described = await client.send(new DescribeExecutionCommand({ executionArn }));
      return described.status === 'RUNNING' ? undefined : described;
    });
    client.destroy();
    return ended;
  };

  it('run the state machine of the template with its functions', async () => {
    const { status, output } = await run({ a: 1 });
    expect([status, JSON.parse(output ?? '')]).toEqual(['SUCCEEDED', { a: 1, table: cloud.app.tables[0]?.TableName }]);
  });

  it('show errors of functions as Lambda does', async () => {
    expect(await run({ fail: true })).toMatchObject({
      status: 'FAILED',
      error: 'AsAsked',
      cause: JSON.stringify({ errorMessage: 'as asked', errorType: 'AsAsked' }),
    });
  });

  it('end a function that overruns its own time-out', async () => {
    const ended = await run({ slow: true });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Sandbox.Timedout' });
    expect(ended.cause).toContain('Task timed out after 1.00 seconds');
  });

  it('hold the queues of the template at the URL functions are given', async () => {
    const client = new SQSClient({ ...local, endpoint: cloud.endpoints.sqs });
    const QueueUrl = cloud.environmentOf('small-step')['QUEUE_URL'];
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['hello']);
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
    );
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toMatchObject({ maxReceiveCount: 3 });
    const made = await client.send(new CreateQueueCommand({ QueueName: 'made-at-run-time' }));
    expect(made.QueueUrl).toBe(`${cloud.endpoints.sqs}/000000000000/made-at-run-time`);
    expect((await client.send(new ListQueuesCommand({}))).QueueUrls).toContain(made.QueueUrl);
    client.destroy();
  });

  it('give secrets by name and by ARN, and no others', async () => {
    const client = new SecretsManagerClient({ ...local, endpoint: cloud.endpoints.secrets });
    const read = async (SecretId: string) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
    expect(await read('small/array')).toBe('{"username":"u"}');
    expect(await read('arn:aws:secretsmanager:us-east-1:000000000000:secret:small/array-AbCdEf')).toBe(
      '{"username":"u"}',
    );
    await expect(read('other')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    client.destroy();
  });

  it('lend credentials that expire', async () => {
    const client = new STSClient({ ...local, endpoint: cloud.endpoints.secrets });
    const { Credentials } = await client.send(
      new AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::000000000000:role/agent',
        RoleSessionName: 'h1',
        DurationSeconds: 900,
      }),
    );
    const secondsLeft = ((Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000;
    expect(Credentials?.AccessKeyId).toBe('local');
    expect(secondsLeft).toBeGreaterThan(800);
    expect(secondsLeft).toBeLessThanOrEqual(900);
    client.destroy();
  });
});

describe('events', () => {
  interface Heard {
    readonly source: string;
    readonly detail: Readonly<Record<string, unknown>>;
  }
  const heard = (): Heard[] => Reflect.get(globalThis, 'embeddedCloudEvents') ?? [];
  const put = async (entry: object): Promise<unknown> => {
    const answer = await fetch(cloud.endpoints.secrets, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
      body: JSON.stringify({ Entries: [{ Source: 'small', DetailType: 'Told', Detail: '{}', ...entry }] }),
    });
    return answer.json();
  };
  const detail = (more: object = {}): string => JSON.stringify({ status: 'asked', ...more });

  it('put on EventBridge are collected, and reach the function of a rule that matches', async () => {
    const asked = { Source: 'small', DetailType: 'Told', Detail: detail({ one: 1 }), Resources: ['arn:r'], Time: 1 };
    expect(await put({ Detail: '{}' })).toMatchObject({
      FailedEntryCount: 0,
      Entries: [{ EventId: expect.any(String) }],
    });
    expect(await put(asked)).toMatchObject({ FailedEntryCount: 0 });
    const event = await until('the event', () => heard().find((one) => one.detail['one'] === 1));
    expect(event).toMatchObject({
      source: 'small',
      'detail-type': 'Told',
      resources: ['arn:r'],
      time: '1970-01-01T00:00:01.000Z',
      detail: { status: 'asked', one: 1 },
    });
    expect(heard().filter((one) => one.source === 'small')).toHaveLength(1);
    expect(cloud.events()).toEqual([{ Source: 'small', DetailType: 'Told', Detail: '{}' }, asked]);
  });

  it('are refused one by one as EventBridge does', async () => {
    expect(await put({ Source: 'aws.states', Detail: detail() })).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'NotAuthorizedForSource' }],
    });
    expect(await put({ Detail: 'no json' })).toMatchObject({ Entries: [{ ErrorCode: 'MalformedDetail' }] });
  });

  it('of another bus reach no rule of the default one', async () => {
    expect(await put({ Detail: detail({ bus: 'other' }), EventBusName: 'other' })).toMatchObject({
      FailedEntryCount: 0,
    });
    await put({ Detail: detail({ bus: 'default' }), EventBusName: 'arn:aws:events:us-east-1:1:event-bus/default' });
    await until('the second', () => heard().find((one) => one.detail['bus'] === 'default'));
    expect(heard().filter((one) => one.detail['bus'] === 'other')).toEqual([]);
  });

  it('of executions tell their start and their end', async () => {
    const client = new SFNClient({ ...local, endpoint: cloud.endpoints.stepfunctions });
    const stateMachineArn = cloud.app.stateMachines[0]?.arn ?? '';
    const input = JSON.stringify({ slow: true });
    const { executionArn = '' } = await client.send(
      new StartExecutionCommand({ stateMachineArn, name: 'told', input }),
    );
    const changeTo = (status: string) =>
      until(status, () =>
        heard().find((one) => one.detail['executionArn'] === executionArn && one.detail['status'] === status),
      );
    expect(await changeTo('RUNNING')).toMatchObject({ detail: { stopDate: null, output: null } });
    await client.send(new StopExecutionCommand({ executionArn, error: 'Operator', cause: 'enough' }));
    expect(await changeTo('ABORTED')).toMatchObject({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      account: '000000000000',
      region: 'us-east-1',
      resources: [executionArn],
      detail: {
        stateMachineArn,
        name: 'told',
        input,
        startDate: expect.any(Number),
        stopDate: expect.any(Number),
        error: 'Operator',
        cause: 'enough',
      },
    });
    client.destroy();
  });

  it('that the function refuses three times are in the dead-letter queue of the target', async () => {
    const client = new SQSClient({ ...local, endpoint: cloud.endpoints.sqs });
    await put({ Detail: detail({ fail: true }) });
    const message = await until('the dead letter', async () => {
      const QueueUrl = `${cloud.endpoints.sqs}/000000000000/small-lost`;
      const found = await client.send(
        new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], WaitTimeSeconds: 1 }),
      );
      return found.Messages?.[0];
    });
    expect(JSON.parse(message.Body ?? '')).toMatchObject({ source: 'small', detail: { fail: true } });
    expect(message.MessageAttributes).toMatchObject({
      RULE_ARN: { StringValue: 'arn:aws:events:us-east-1:000000000000:rule/small-listen' },
      TARGET_ARN: { StringValue: 'arn:aws:lambda:us-east-1:000000000000:function:small-listen' },
      ERROR_MESSAGE: { StringValue: 'Error: not now' },
    });
    expect(heard().filter((one) => one.detail['fail'] === true)).toHaveLength(3);
    client.destroy();
  }, 20_000);
});

describe('restart', () => {
  it('keeps secrets that were made, with the value that they were given last', async () => {
    const secrets = () => new SecretsManagerClient({ ...local, endpoint: cloud.endpoints.secrets });
    const made = secrets();
    const create = () => made.send(new CreateSecretCommand({ Name: 'small/made', SecretString: 'first' }));
    await create();
    await expect(create()).rejects.toMatchObject({ name: 'ResourceExistsException' });
    await made.send(new PutSecretValueCommand({ SecretId: 'small/made', SecretString: 'second' }));
    await expect(
      made.send(new PutSecretValueCommand({ SecretId: 'small/none', SecretString: 'x' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    made.destroy();
    expect(statSync(path.join(dataDir, 'made-secrets.json')).mode & 0o777).toBe(0o600);
    await cloud.stop();
    cloud = await start();
    const kept = secrets();
    const { SecretString } = await kept.send(new GetSecretValueCommand({ SecretId: 'small/made' }));
    expect(SecretString).toBe('second');
    kept.destroy();
  }, 30_000);

  it('keeps the table and the certificate, loses executions, and refuses a taken port', async () => {
    const TableName = cloud.app.tables[0]?.TableName;
    const item = { pk: { S: 'p' }, sk: { S: 's' }, kind: { S: 'k' } };
    const before = new DynamoDBClient({ ...local, endpoint: cloud.endpoints.dynamodb });
    await before.send(new PutItemCommand({ TableName, Item: item }));
    before.destroy();
    const certificate = readFileSync(cloud.caFile, 'utf8');
    await cloud.stop();
    cloud = await start();
    const after = new DynamoDBClient({ ...local, endpoint: cloud.endpoints.dynamodb });
    expect((await after.send(new GetItemCommand({ TableName, Key: { pk: { S: 'p' }, sk: { S: 's' } } }))).Item).toEqual(
      item,
    );
    after.destroy();
    expect(readFileSync(cloud.caFile, 'utf8')).toBe(certificate);
    expect(cloud.executions()).toEqual([]);
    const { port } = new URL(cloud.url);
    await expect(
      startEmbeddedCloud({
        assemblyDir,
        dataDir: path.join(folder, 'other'),
        port: Number(port),
        secrets: {},
        log: () => undefined,
      }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  }, 30_000);
});
