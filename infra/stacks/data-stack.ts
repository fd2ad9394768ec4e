/** The table, and the key that it shares with queues and logs. Deployed first, removed last. */
import { Duration, type App } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';

import { ServiceAlarm } from '../constructs/service-alarm.ts';
import { ServiceKey } from '../constructs/service-key.ts';
import { ServiceTable } from '../constructs/service-table.ts';
import type { Environment } from '../environment.ts';
import { namesOf } from '../names.ts';
import { ServiceStack } from './stack-context.ts';

export class DataStack extends ServiceStack {
  readonly key: ServiceKey | undefined;

  constructor(app: App, environment: Environment) {
    super(app, 'data', environment);
    this.key = environment.encryption === 'customer' ? new ServiceKey(this, 'Key') : undefined;
    new ServiceTable(this, 'Table', { environment, key: this.key });
    new ServiceAlarm(this, 'TableThrottled', {
      environment,
      metric: new Metric({
        namespace: 'AWS/DynamoDB',
        metricName: 'ThrottledRequests',
        dimensionsMap: { TableName: namesOf(environment).table },
        statistic: 'Sum',
        period: Duration.minutes(5),
      }),
      threshold: 10,
      impact: 'Requests and flows are slow: the table refuses some of their reads and writes.',
      runbook: 'table-throttled',
    });
  }
}
