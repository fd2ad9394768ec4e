/** How programs outside the functions reach the product's table: to make users, and to look at it in tests. */
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

export interface TableAccess {
  readonly name: string;
  readonly config: DynamoDBClientConfig;
}
