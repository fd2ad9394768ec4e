/**
 * The real definitions with the placeholders filled in: functions by the name of their step, and times that no test
 * waits for: a world says itself when time has passed, so that a slow machine is not a silent agent.
 */
import type { MachineSource } from '../../../local/cloud/state-machines/load-machine.ts';
import { functionPlaceholder, substitutePlaceholders } from '../../../infra/asl-template.ts';
import { readFlowDefinition, rootsOf } from '../../../infra/sources.ts';
import { flows } from '../../../statemachines/index.ts';

export const agentHeartbeatSeconds = 600;
export const agentCommandTimeoutSeconds = 1200;

const machineArnPrefix = 'arn:aws:states:us-east-1:000000000000:stateMachine:';
/** As `FLOW_ARN_PREFIX` of the functions. */
export const flowArnPrefix = machineArnPrefix;

const functionArn = (step: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${step}`;

/** Names of all steps of all flows. */
export const stepNames: ReadonlySet<string> = new Set(
  flows.flatMap((flow) => flow.steps.map((step) => step.action.name)),
);

const values = new Map<string, string | number>([
  ...[...stepNames].map((step) => [functionPlaceholder(step), functionArn(step)] as const),
  ['AgentHeartbeatSeconds', agentHeartbeatSeconds],
  ['AgentCommandTimeoutSeconds', agentCommandTimeoutSeconds],
]);

export const machineSources: readonly MachineSource[] = flows.map(({ name }) => ({
  name,
  arn: `${machineArnPrefix}${name}`,
  definition: JSON.stringify(
    substitutePlaceholders(readFlowDefinition(rootsOf([]).statemachines, name), values).definition,
  ),
}));
