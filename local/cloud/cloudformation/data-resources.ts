/** Tables and queues, as the calls that create them. */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { type FoundResource, readProperties } from './resource-reading.ts';

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })).min(1);
const projection = z.strictObject({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).min(1).optional(),
});
const index = z.object({ IndexName: z.string(), KeySchema: keySchema, Projection: projection });

const tableProperties = z.object({
  KeySchema: keySchema,
  AttributeDefinitions: z
    .array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }))
    .min(1),
  GlobalSecondaryIndexes: z.array(index).min(1).optional(),
  LocalSecondaryIndexes: z.array(index).min(1).optional(),
});

/** Time to live too: readers filter on the expiry attribute anyway, and the engine does not expire. */
const tableIgnored = [
  'TableName',
  'BillingMode',
  'ProvisionedThroughput',
  'PointInTimeRecoverySpecification',
  'SSESpecification',
  'TimeToLiveSpecification',
  'DeletionProtectionEnabled',
  'Tags',
  'TableClass',
  'ContributorInsightsSpecification',
  'OnDemandThroughput',
  'WarmThroughput',
];

export type TableSource = CreateTableCommandInput & { readonly TableName: string };

export const readTable = (found: FoundResource): TableSource => {
  const { GlobalSecondaryIndexes, LocalSecondaryIndexes, ...keys } = readProperties(
    found,
    tableProperties,
    tableIgnored,
  );
  return {
    TableName: found.scope.physicalName(found.logicalId),
    BillingMode: 'PAY_PER_REQUEST',
    ...keys,
    ...(GlobalSecondaryIndexes === undefined ? {} : { GlobalSecondaryIndexes }),
    ...(LocalSecondaryIndexes === undefined ? {} : { LocalSecondaryIndexes }),
  };
};

const queueProperties = z.object({
  DelaySeconds: z.coerce.string().optional(),
  FifoQueue: z.coerce.string().optional(),
  ContentBasedDeduplication: z.coerce.string().optional(),
  MaximumMessageSize: z.coerce.string().optional(),
  MessageRetentionPeriod: z.coerce.string().optional(),
  ReceiveMessageWaitTimeSeconds: z.coerce.string().optional(),
  VisibilityTimeout: z.coerce.string().optional(),
  RedrivePolicy: z
    .record(z.string(), z.unknown())
    .transform((policy) => JSON.stringify(policy))
    .optional(),
});

const queueIgnored = [
  'QueueName',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'Tags',
  'RedriveAllowPolicy',
];

export interface QueueSource {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export const readQueue = (found: FoundResource): QueueSource => {
  const read = Object.entries(readProperties(found, queueProperties, queueIgnored));
  const attributes = read.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { name: found.scope.physicalName(found.logicalId), attributes: Object.fromEntries(attributes) };
};
