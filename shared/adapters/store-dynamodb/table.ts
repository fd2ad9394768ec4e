import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Table } from 'dynamodb-toolbox/table';

export const createTable = (tableName: string, documentClient: DynamoDBDocumentClient) =>
  new Table({
    name: tableName,
    partitionKey: { name: 'pk', type: 'string' },
    sortKey: { name: 'sk', type: 'string' },
    documentClient,
  });

export type ProductTable = ReturnType<typeof createTable>;
