/** An alarm says whom it hurts and what to do; without both it does not compile. */
import { Alarm, ComparisonOperator, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

import type { Environment } from '../environment.ts';

export interface ServiceAlarmProps {
  readonly environment: Environment;
  readonly metric: IMetric;
  /** Rings at this value and above. */
  readonly threshold: number;
  /** Periods in a row that must reach it. */
  readonly evaluationPeriods?: number;
  /** One sentence: what users notice while it rings. */
  readonly impact: string;
  /** Heading of docs/runbook.md, as its anchor. */
  readonly runbook: string;
}

export class ServiceAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: ServiceAlarmProps) {
    super(scope, id, {
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods: props.evaluationPeriods ?? 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${props.impact} See docs/runbook.md#${props.runbook}`,
    });
    const { alarmTopicArn } = props.environment;
    if (alarmTopicArn !== null) this.addAlarmAction(new SnsAction(Topic.fromTopicArn(this, 'Topic', alarmTopicArn)));
  }
}
