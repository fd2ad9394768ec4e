/** A queue for what could not be delivered: encrypted, TLS only, kept for as long as SQS keeps anything, alarmed. */
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

import type { Environment } from '../environment.ts';
import { ServiceAlarm } from './service-alarm.ts';

export interface DeadLetterQueueProps {
  readonly environment: Environment;
  readonly key: IKey | undefined;
  readonly queueName: string;
  readonly impact: string;
  readonly runbook: string;
}

export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string, { environment, key, queueName, impact, runbook }: DeadLetterQueueProps) {
    super(scope, id, {
      queueName,
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
      ...(key
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key }
        : { encryption: QueueEncryption.SQS_MANAGED }),
    });
    new ServiceAlarm(this, 'NotEmpty', {
      environment,
      metric: this.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' }),
      threshold: 1,
      impact,
      runbook,
    });
  }
}
