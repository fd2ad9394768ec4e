/** Every step and every flow. */
import { Annotations, Duration, type App } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

import { functionPlaceholder } from '../asl-template.ts';
import { FlowStateMachine } from '../constructs/flow-state-machine.ts';
import { ServiceAlarm } from '../constructs/service-alarm.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { Environment } from '../environment.ts';
import { stepGrants } from '../grants/steps.ts';
import { flowNames, functionSources } from '../sources.ts';
import { ServiceStack, type StackContext } from './stack-context.ts';

/** Times that the definitions take from the environment. */
const flowNumbers = (environment: Environment): ReadonlyMap<string, number> =>
  new Map([
    ['AgentHeartbeatSeconds', environment.agentHeartbeatSeconds],
    ['AgentCommandTimeoutSeconds', environment.agentCommandTimeoutSeconds],
  ]);

export class FlowsStack extends ServiceStack {
  constructor(app: App, context: StackContext) {
    super(app, 'flows', context.environment);
    const steps = this.addSteps(context);
    const numbers = flowNumbers(context.environment);
    const used = new Set(
      flowNames(context.roots.statemachines).flatMap((flow) => [
        ...new FlowStateMachine(this, `flow-${flow}`, { ...context, flow, steps, numbers }).usedPlaceholders,
      ]),
    );
    this.refuseUnused(
      [...[...steps.keys()].map(functionPlaceholder), ...numbers.keys()].filter((name) => !used.has(name)),
    );
    this.alarmOnNeedsAttention(context.environment, steps.get('mark-needs-attention'));
  }

  private addSteps(context: StackContext): ReadonlyMap<string, IFunction> {
    const names = functionSources(context.roots.functions)
      .filter(({ group }) => group === 'steps')
      .map(({ name }) => name);
    const step = (name: string): IFunction =>
      new ServiceFunction(this, `step-${name}`, { ...context, group: 'steps', name, grantTable: stepGrants });
    return new Map(names.map((name) => [name, step(name)]));
  }

  /** An annotation, not an exception: `cdk` refuses to deploy, while the embedded cloud runs a tree that is being written. */
  private refuseUnused(unused: readonly string[]): void {
    for (const name of unused) Annotations.of(this).addError(`no flow uses \${${name}}`);
  }

  private alarmOnNeedsAttention(environment: Environment, step: IFunction | undefined): void {
    if (!step) return;
    new ServiceAlarm(this, 'NeedsAttention', {
      environment,
      metric: step.metricInvocations({ period: Duration.minutes(1) }),
      threshold: 1,
      impact:
        'A failed task left something on the array or on a host that could not be undone; its task names each leftover.',
      runbook: 'task-needs-attention',
    });
  }
}
