/** Creates the app's tables and queues in the engines. */
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { QueueSource, TableSource } from './cloudformation/data-resources.ts';

const local = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } as const;

/** Leaves tables alone that exist already, with what is in them. Throws when one is not usable afterwards. */
export const createTables = async (endpoint: string, tables: readonly TableSource[]): Promise<void> => {
  const client = new DynamoDBClient({ ...local, endpoint });
  try {
    for (const table of tables) {
      try {
        await client.send(new CreateTableCommand(table));
      } catch (error) {
        if (!(error instanceof ResourceInUseException)) throw error;
      }
      const { Table } = await client.send(new DescribeTableCommand({ TableName: table.TableName }));
      if (Table?.TableStatus !== 'ACTIVE')
        throw new Error(`table ${table.TableName} is ${Table?.TableStatus ?? 'absent'}`);
    }
  } finally {
    client.destroy();
  }
};

/** Queues that others name in a redrive policy come first. */
const targetsFirst = (queues: readonly QueueSource[]): QueueSource[] =>
  [...queues].sort((a, b) => Number('RedrivePolicy' in a.attributes) - Number('RedrivePolicy' in b.attributes));

export const createQueues = async (endpoint: string, queues: readonly QueueSource[]): Promise<void> => {
  const client = new SQSClient({ ...local, endpoint });
  try {
    for (const { name, attributes } of targetsFirst(queues))
      await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  } finally {
    client.destroy();
  }
};
