/** A log group of our own making: with retention from the start, and without the custom resource that CDK would add. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

import type { Environment } from '../environment.ts';

const retentions: Readonly<Record<Environment['logRetentionDays'], RetentionDays>> = {
  7: RetentionDays.ONE_WEEK,
  30: RetentionDays.ONE_MONTH,
  90: RetentionDays.THREE_MONTHS,
  365: RetentionDays.ONE_YEAR,
};

export interface ServiceLogGroupProps {
  readonly environment: Environment;
  readonly key: IKey | undefined;
  readonly logGroupName: string;
}

export class ServiceLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, { environment, key, logGroupName }: ServiceLogGroupProps) {
    super(scope, id, {
      logGroupName,
      retention: retentions[environment.logRetentionDays],
      removalPolicy: environment.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(key ? { encryptionKey: key } : {}),
    });
  }
}
