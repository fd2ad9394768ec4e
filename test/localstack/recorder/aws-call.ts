/**
 * What one request of the AWS SDK is to IAM: the action it needs and the resource it needs it on. A transaction needs the
 * action of every item in it.
 */
import { z } from 'zod';

export interface AwsCall {
  /** `dynamodb:PutItem` */
  readonly action: string;
  /** An ARN; `null` where the request does not tell: a task token names no state machine. */
  readonly resource: string | null;
}

/** A request as it goes out. */
export interface SdkRequest {
  /** Of the credential scope: `dynamodb`, `states`… */
  readonly service: string;
  readonly region: string;
  /** `X-Amz-Target`, empty for the query protocol. */
  readonly target: string;
  readonly body: string;
}

const account = '000000000000';

const TableItem = z.object({ TableName: z.string() });
const Transaction = z.object({
  TransactItems: z.array(z.record(z.enum(['Put', 'Update', 'Delete', 'ConditionCheck', 'Get']), TableItem.optional())),
});
const transactionActions = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
} as const;

const tableArn = (region: string, table: string, index?: string): string =>
  `arn:aws:dynamodb:${region}:${account}:table/${table}${index === undefined ? '' : `/index/${index}`}`;

function dynamodbCalls(operation: string, input: unknown, region: string): AwsCall[] {
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    return Transaction.parse(input).TransactItems.flatMap((item) =>
      Object.entries(item).flatMap(([kind, at]) =>
        at === undefined
          ? []
          : [
              {
                action: `dynamodb:${transactionActions[z.enum(['Put', 'Update', 'Delete', 'ConditionCheck', 'Get']).parse(kind)]}`,
                resource: tableArn(region, at.TableName),
              },
            ],
      ),
    );
  }
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const { RequestItems } = z.object({ RequestItems: z.record(z.string(), z.unknown()) }).parse(input);
    return Object.keys(RequestItems).map((table) => ({
      action: `dynamodb:${operation}`,
      resource: tableArn(region, table),
    }));
  }
  const { TableName, IndexName } = z.object({ TableName: z.string(), IndexName: z.string().optional() }).parse(input);
  return [{ action: `dynamodb:${operation}`, resource: tableArn(region, TableName, IndexName) }];
}

const QueueNamed = z.object({
  QueueUrl: z.string().optional(),
  QueueName: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
});

function sqsCalls(operation: string, input: unknown, region: string): AwsCall[] {
  const { QueueUrl, QueueName, tags } = QueueNamed.parse(input);
  const name = QueueName ?? QueueUrl?.split('/').at(-1);
  const resource = name === undefined ? null : `arn:aws:sqs:${region}:${account}:${name}`;
  const call = { action: `sqs:${operation}`, resource };
  // Tags of a queue that is being made want a permission of their own.
  return operation === 'CreateQueue' && tags !== undefined ? [call, { action: 'sqs:TagQueue', resource }] : [call];
}

const FlowNamed = z.object({ stateMachineArn: z.string().optional(), executionArn: z.string().optional() });

function statesCalls(operation: string, input: unknown): AwsCall[] {
  const { stateMachineArn, executionArn } = FlowNamed.parse(input);
  return [{ action: `states:${operation}`, resource: stateMachineArn ?? executionArn ?? null }];
}

function secretCalls(operation: string, input: unknown, region: string): AwsCall[] {
  const { SecretId } = z.object({ SecretId: z.string() }).parse(input);
  // Secrets Manager appends six characters to a name.
  const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${SecretId}-a1B2c3`;
  return [{ action: `secretsmanager:${operation}`, resource: SecretId.startsWith('arn:') ? SecretId : arn }];
}

/** Throws for a service that nothing here understands: an unknown call must not count as none. */
export function callsOf({ service, region, target, body }: SdkRequest): AwsCall[] {
  const operation = target.split('.').at(-1) ?? '';
  if (service === 'sts') {
    const form = new URLSearchParams(body);
    return [{ action: `sts:${form.get('Action') ?? ''}`, resource: form.get('RoleArn') }];
  }
  const input: unknown = JSON.parse(body);
  if (service === 'dynamodb') return dynamodbCalls(operation, input, region);
  if (service === 'sqs') return sqsCalls(operation, input, region);
  if (service === 'states') return statesCalls(operation, input);
  if (service === 'secretsmanager') return secretCalls(operation, input, region);
  throw new Error(`the recorder does not understand calls to ${service} (${target})`);
}
