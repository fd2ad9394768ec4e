import { describe, expect, it } from 'vitest';
import { callsOf, type SdkRequest } from '../../localstack/recorder/aws-call.ts';

const json = (service: string, target: string, body: unknown): SdkRequest => ({
  service,
  region: 'us-east-1',
  target,
  body: JSON.stringify(body),
});
const dynamodb = (operation: string, body: unknown): SdkRequest =>
  json('dynamodb', `DynamoDB_20120810.${operation}`, body);
const sqs = (operation: string, body: unknown): SdkRequest => json('sqs', `AmazonSQS.${operation}`, body);
const states = (operation: string, body: unknown): SdkRequest => json('states', `AWSStepFunctions.${operation}`, body);

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/reprise-local';
const queue = 'arn:aws:sqs:us-east-1:000000000000:reprise-local-agent-h1-7';
const machine = 'arn:aws:states:us-east-1:000000000000:stateMachine:reprise-local-unwind';

describe('DynamoDB', () => {
  it.each(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'])('%s is on its table', (operation) => {
    const body = { TableName: 'reprise-local', Key: {} };
    expect(callsOf(dynamodb(operation, body))).toEqual([{ action: `dynamodb:${operation}`, resource: table }]);
  });

  it('a query of an index is on the index', () => {
    const body = { TableName: 'reprise-local', IndexName: 'due' };
    expect(callsOf(dynamodb('Query', body))).toEqual([{ action: 'dynamodb:Query', resource: `${table}/index/due` }]);
  });

  it('a transaction that writes needs the action of each of its items', () => {
    const TransactItems = ['Put', 'Update', 'Delete', 'ConditionCheck'].map((kind) => ({
      [kind]: { TableName: 'reprise-local' },
    }));
    expect(callsOf(dynamodb('TransactWriteItems', { TransactItems }))).toEqual(
      ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'].map((name) => ({
        action: `dynamodb:${name}`,
        resource: table,
      })),
    );
  });

  it('a transaction that reads needs GetItem', () => {
    const TransactItems = [{ Get: { TableName: 'reprise-local' } }, { Get: { TableName: 'other' } }];
    expect(callsOf(dynamodb('TransactGetItems', { TransactItems }))).toEqual([
      { action: 'dynamodb:GetItem', resource: table },
      { action: 'dynamodb:GetItem', resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/other' },
    ]);
  });

  it.each(['BatchGetItem', 'BatchWriteItem'])('%s is on every table it names', (operation) => {
    const body = { RequestItems: { 'reprise-local': [], other: [] } };
    expect(callsOf(dynamodb(operation, body)).map(({ action, resource }) => `${action} ${resource ?? ''}`)).toEqual([
      `dynamodb:${operation} ${table}`,
      `dynamodb:${operation} arn:aws:dynamodb:us-east-1:000000000000:table/other`,
    ]);
  });

  it('throws for an item of a transaction that it does not know', () => {
    const body = { TransactItems: [{ Merge: { TableName: 'reprise-local' } }] };
    expect(() => callsOf(dynamodb('TransactWriteItems', body))).toThrow();
  });
});

describe('SQS', () => {
  it('is on the queue at the end of the address', () => {
    const body = { QueueUrl: 'http://127.0.0.1:4566/queue/us-east-1/000000000000/reprise-local-agent-h1-7' };
    expect(callsOf(sqs('SendMessage', body))).toEqual([{ action: 'sqs:SendMessage', resource: queue }]);
  });

  it('making a queue with tags needs the permission to tag it too', () => {
    const QueueName = 'reprise-local-agent-h1-7';
    const made = { action: 'sqs:CreateQueue', resource: queue };
    expect(callsOf(sqs('CreateQueue', { QueueName }))).toEqual([made]);
    expect(callsOf(sqs('CreateQueue', { QueueName, tags: { service: 'reprise' } }))).toEqual([
      made,
      { action: 'sqs:TagQueue', resource: queue },
    ]);
  });

  it('a list of queues names none', () => {
    expect(callsOf(sqs('ListQueues', {}))).toEqual([{ action: 'sqs:ListQueues', resource: null }]);
  });
});

describe('Step Functions', () => {
  it('is on the state machine, or on the execution', () => {
    expect(callsOf(states('StartExecution', { stateMachineArn: machine, name: 'a-1' }))).toEqual([
      { action: 'states:StartExecution', resource: machine },
    ]);
    const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:reprise-local-unwind:a-1';
    expect(callsOf(states('DescribeExecution', { executionArn }))).toEqual([
      { action: 'states:DescribeExecution', resource: executionArn },
    ]);
  });

  it('a task token names no state machine', () => {
    expect(callsOf(states('SendTaskSuccess', { taskToken: 't', output: '{}' }))).toEqual([
      { action: 'states:SendTaskSuccess', resource: null },
    ]);
  });
});

it('a secret is meant by its name with the six characters that Secrets Manager appends, or by its ARN', () => {
  const secret = (SecretId: string) => callsOf(json('secretsmanager', 'secretsmanager.GetSecretValue', { SecretId }));
  const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:reprise/sdp-a1B2c3';
  const action = 'secretsmanager:GetSecretValue';
  expect(secret('reprise/sdp')).toEqual([{ action, resource: arn }]);
  expect(secret(arn)).toEqual([{ action, resource: arn }]);
});

it('STS speaks in forms', () => {
  const roleArn = 'arn:aws:iam::000000000000:role/reprise-local-agent';
  const body = new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: roleArn }).toString();
  expect(callsOf({ service: 'sts', region: 'us-east-1', target: '', body })).toEqual([
    { action: 'sts:AssumeRole', resource: roleArn },
  ]);
});

it('throws for a service that it does not understand: an unknown call must not count as none', () => {
  expect(() => callsOf(json('kinesis', 'Kinesis_20131202.PutRecord', {}))).toThrow(
    'the recorder does not understand calls to kinesis (Kinesis_20131202.PutRecord)',
  );
});
