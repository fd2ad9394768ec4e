/** A flow: statemachines/<flow>/definition.asl.json with its placeholders filled in, run as a Standard state machine. */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

import { functionPlaceholder, substitutePlaceholders } from '../asl-template.ts';
import type { Environment } from '../environment.ts';
import { namesOf } from '../names.ts';
import { readFlowDefinition, type SourceRoots } from '../sources.ts';
import { ServiceAlarm } from './service-alarm.ts';
import { ServiceLogGroup } from './service-log-group.ts';

export interface FlowStateMachineProps {
  readonly environment: Environment;
  readonly roots: SourceRoots;
  readonly key: IKey | undefined;
  readonly flow: string;
  /** By step folder; the flow may call those it names, and only those. */
  readonly steps: ReadonlyMap<string, IFunction>;
  /** Numbers a definition may ask for. */
  readonly numbers: ReadonlyMap<string, number>;
}

export class FlowStateMachine extends StateMachine {
  /** Placeholders that the definition holds. */
  readonly usedPlaceholders: ReadonlySet<string>;

  constructor(scope: Construct, id: string, { environment, roots, key, flow, steps, numbers }: FlowStateMachineProps) {
    const arnOf = new Map([...steps].map(([step, { functionArn }]) => [functionPlaceholder(step), functionArn]));
    const values = new Map<string, string | number>([...arnOf, ...numbers]);
    const { definition, used } = substitutePlaceholders(readFlowDefinition(roots.statemachines, flow), values);
    const stateMachineName = namesOf(environment).flow(flow);
    super(scope, id, {
      stateMachineName,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(Stack.of(scope).toJsonString(definition)),
      tracingEnabled: true,
      // The history of a Standard execution has everything for 90 days. The log holds no payload.
      logs: {
        level: LogLevel[environment.flowLogLevel],
        includeExecutionData: false,
        destination: new ServiceLogGroup(scope, `${id}Logs`, {
          environment,
          key,
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
        }),
      },
    });
    this.usedPlaceholders = used;
    const called = [...arnOf].filter(([name]) => used.has(name)).map(([, arn]) => arn);
    // Without the qualified ARNs that `grantInvoke` adds: a flow always calls the function as it is.
    if (called.length > 0)
      this.addToRolePolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: called }));
    new ServiceAlarm(this, 'Failed', {
      environment,
      metric: this.metricFailed(),
      threshold: 1,
      impact: `An execution of ${flow} ended in a way its own error handling did not foresee; the closer repairs its task at once, else the sweep does.`,
      runbook: 'flow-execution-failed',
    });
  }
}
