/** The tick: one rule, every job of functions/schedules (design, section 9). */
import { Duration, type App } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import type { Function } from 'aws-cdk-lib/aws-lambda';

import { DeadLetterQueue } from '../constructs/dead-letter-queue.ts';
import { ServiceAlarm } from '../constructs/service-alarm.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { scheduleGrants } from '../grants/schedules.ts';
import { namesOf } from '../names.ts';
import { functionSources } from '../sources.ts';
import { eventTarget } from './event-target.ts';
import { ServiceStack, type StackContext } from './stack-context.ts';

/** EventBridge takes no more targets for one rule. */
const mostTargets = 5;

interface Trouble {
  readonly impact: string;
  /** Heading of docs/runbook.md. */
  readonly runbook: string;
}

/** Whom it hurts that a job fails, by folder name. */
const troubles: Readonly<Record<string, Trouble>> = {
  sweep: {
    impact: 'Sweeps fail: tasks that were abandoned are neither carried through nor undone.',
    runbook: 'sweep-fails',
  },
  'start-due-snapshots': {
    impact: 'Snapshots that are due are not taken, and those that are kept no longer are not deleted.',
    runbook: 'due-snapshots-fail',
  },
};

const troubleOf = (name: string): Trouble => {
  const trouble = troubles[name];
  if (!trouble) throw new Error(`functions/schedules/${name} has no row in infra/stacks/schedules-stack.ts`);
  return trouble;
};

export class SchedulesStack extends ServiceStack {
  constructor(app: App, context: StackContext) {
    super(app, 'schedules', context.environment);
    const { environment, key, roots } = context;
    const names = functionSources(roots.functions)
      .filter(({ group }) => group === 'schedules')
      .map(({ name }) => name);
    if (names.length > mostTargets)
      throw new Error(`one rule has at most ${mostTargets} targets; functions/schedules has ${names.length}`);
    if (names.length === 0) return;
    const { tick } = namesOf(environment);
    const lostTicks = new DeadLetterQueue(this, 'LostTicks', {
      environment,
      key,
      queueName: `${tick}-lost`,
      impact: 'Ticks are lost: schedules, expiry and repair stand still.',
      runbook: 'lost-ticks',
    });
    new Rule(this, 'Tick', {
      ruleName: tick,
      schedule: Schedule.rate(Duration.minutes(environment.tickIntervalMinutes)),
      targets: names.map((name) => eventTarget(this.addJob(context, name), lostTicks, context)),
    });
  }

  private addJob(context: StackContext, name: string): Function {
    const group = 'schedules';
    const job = new ServiceFunction(this, `job-${name}`, { ...context, group, name, grantTable: scheduleGrants });
    new ServiceAlarm(this, `Errors-${name}`, {
      environment: context.environment,
      metric: job.metricErrors({ period: Duration.minutes(5) }),
      threshold: 3,
      ...troubleOf(name),
    });
    return job;
  }
}
