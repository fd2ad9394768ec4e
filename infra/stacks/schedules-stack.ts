/** The tick: one rule, one sweep (design, section 9). */
import { Duration, type App } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';

import { DeadLetterQueue } from '../constructs/dead-letter-queue.ts';
import { ServiceAlarm } from '../constructs/service-alarm.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { scheduleGrants } from '../grants/schedules.ts';
import { namesOf } from '../names.ts';
import { functionSources } from '../sources.ts';
import { ServiceStack, type StackContext } from './stack-context.ts';

export class SchedulesStack extends ServiceStack {
  constructor(app: App, context: StackContext) {
    super(app, 'schedules', context.environment);
    const jobs = functionSources(context.roots.functions).filter(({ group }) => group === 'schedules');
    for (const { name } of jobs) this.addJob(context, name);
  }

  private addJob(context: StackContext, name: string): void {
    const { environment, key } = context;
    const physicalName = namesOf(environment).function('schedules', name);
    const job = new ServiceFunction(this, `job-${name}`, {
      ...context,
      group: 'schedules',
      name,
      grantTable: scheduleGrants,
      reservedConcurrency: environment.sweepConcurrency,
    });
    const lostTicks = new DeadLetterQueue(this, `LostTicks-${name}`, {
      environment,
      key,
      queueName: `${physicalName}-lost-ticks`,
      impact: 'Ticks do not reach the sweeper: schedules, expiry and repair stand still.',
      runbook: 'lost-ticks',
    });
    new Rule(this, `Tick-${name}`, {
      ruleName: `${physicalName}-tick`,
      schedule: Schedule.rate(Duration.minutes(environment.tickIntervalMinutes)),
      targets: [
        // The next tick does the same work, so a late one is worth little.
        new LambdaFunction(job, { deadLetterQueue: lostTicks, retryAttempts: 2, maxEventAge: Duration.minutes(5) }),
      ],
    });
    new ServiceAlarm(this, `Errors-${name}`, {
      environment,
      metric: job.metricErrors({ period: Duration.minutes(5) }),
      threshold: 3,
      impact: 'Sweeps fail: abandoned tasks are not repaired and what is due is not started.',
      runbook: 'sweep-fails',
    });
  }
}
