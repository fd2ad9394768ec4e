/** What other parts tell: one rule, one function and one queue for what was lost per folder of functions/events. */
import type { App } from 'aws-cdk-lib';
import { Rule, type EventPattern } from 'aws-cdk-lib/aws-events';

import { DeadLetterQueue } from '../constructs/dead-letter-queue.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { eventGrants } from '../grants/events.ts';
import { namesOf } from '../names.ts';
import { flowNames, functionSources } from '../sources.ts';
import { eventTarget } from './event-target.ts';
import { ServiceStack, type StackContext } from './stack-context.ts';

interface Listener {
  readonly pattern: (context: StackContext) => EventPattern;
  readonly impact: string;
  /** Heading of docs/runbook.md. */
  readonly runbook: string;
}

/** By folder name. Patterns are lists of exact strings: all that the embedded cloud matches. */
const listeners: Readonly<Record<string, Listener>> = {
  'close-task': {
    pattern: ({ environment, roots }) => ({
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
        stateMachineArn: flowNames(roots.statemachines).map(namesOf(environment).flowArn),
      },
    }),
    impact: 'Tasks whose execution was stopped or lost wait for the next tick before they are repaired.',
    runbook: 'lost-events',
  },
};

const listenerOf = (name: string): Listener => {
  const listener = listeners[name];
  if (!listener) throw new Error(`functions/events/${name} has no row in infra/stacks/events-stack.ts`);
  return listener;
};

export class EventsStack extends ServiceStack {
  constructor(app: App, context: StackContext) {
    super(app, 'events', context.environment);
    const jobs = functionSources(context.roots.functions).filter(({ group }) => group === 'events');
    for (const { name } of jobs) this.addJob(context, name);
  }

  private addJob(context: StackContext, name: string): void {
    const { environment, key } = context;
    const { pattern, impact, runbook } = listenerOf(name);
    const physicalName = namesOf(environment).function('events', name);
    const job = new ServiceFunction(this, `job-${name}`, {
      ...context,
      group: 'events',
      name,
      grantTable: eventGrants,
    });
    const lostEvents = new DeadLetterQueue(this, `LostEvents-${name}`, {
      environment,
      key,
      queueName: `${physicalName}-lost-events`,
      impact,
      runbook,
    });
    new Rule(this, `On-${name}`, {
      ruleName: physicalName,
      eventPattern: pattern(context),
      targets: [eventTarget(job, lostEvents, context)],
    });
  }
}
