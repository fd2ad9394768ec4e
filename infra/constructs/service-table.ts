/** The one table (design, section 10): on demand, point-in-time recovery, no streams, no raw index until one is measured. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

import type { Environment } from '../environment.ts';
import { namesOf } from '../names.ts';

export interface ServiceTableProps {
  readonly environment: Environment;
  /** Absent: encrypted with the key that AWS manages for DynamoDB. */
  readonly key: IKey | undefined;
}

export class ServiceTable extends Table {
  constructor(scope: Construct, id: string, { environment, key }: ServiceTableProps) {
    super(scope, id, {
      tableName: namesOf(environment).table,
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAtSeconds',
      deletionProtection: environment.deletionProtection,
      removalPolicy: environment.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(key
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }
        : { encryption: TableEncryption.AWS_MANAGED }),
    });
  }
}
