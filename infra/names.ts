/**
 * Physical names and ARNs. They are fixed, so that stacks need no exports between each other, functions can name
 * flows that are deployed after them, and the embedded cloud finds the same resources.
 */
import type { Environment, FunctionGroup } from './environment.ts';

export interface Names {
  readonly stack: (part: string) => string;
  readonly table: string;
  readonly tableArn: string;
  readonly function: (group: FunctionGroup, name: string) => string;
  /** The rule that starts every job of functions/schedules. */
  readonly tick: string;
  readonly flow: (flow: string) => string;
  /** Followed by the flow's folder name: the ARN of its state machine. */
  readonly flowArnPrefix: string;
  readonly flowArn: (flow: string) => string;
  /** All executions of a flow. */
  readonly flowExecutionsArn: (flow: string) => string;
  /** Queues of agents are made at run time as `<prefix>-<host>-<generation>`. */
  readonly agentQueuePrefix: string;
  readonly agentQueuesArn: string;
  readonly agentDeadLetterQueue: string;
  readonly agentDeadLetterQueueArn: string;
  readonly agentRole: string;
  readonly agentRoleArn: string;
  readonly roleArn: (role: string) => string;
  /** Secrets Manager appends six random characters to the name. */
  readonly secretArn: (secretId: string) => string;
  /** All secrets whose names begin so. */
  readonly secretsBelowArn: (prefix: string) => string;
}

const partitionOf = (region: string): string => (region.startsWith('cn-') ? 'aws-cn' : 'aws');

export const namesOf = ({ name, account, region }: Pick<Environment, 'name' | 'account' | 'region'>): Names => {
  const prefix = `reprise-${name}`;
  const arn = (service: string, resource: string): string =>
    `arn:${partitionOf(region)}:${service}:${service === 'iam' ? '' : region}:${account}:${resource}`;
  const roleArn = (role: string): string => arn('iam', `role/${role}`);
  return {
    stack: (part) => `${prefix}-${part}`,
    table: prefix,
    tableArn: arn('dynamodb', `table/${prefix}`),
    function: (group, functionName) => `${prefix}-${group}-${functionName}`,
    tick: `${prefix}-tick`,
    flow: (flow) => `${prefix}-${flow}`,
    flowArnPrefix: arn('states', `stateMachine:${prefix}-`),
    flowArn: (flow) => arn('states', `stateMachine:${prefix}-${flow}`),
    flowExecutionsArn: (flow) => arn('states', `execution:${prefix}-${flow}:*`),
    agentQueuePrefix: `${prefix}-agent`,
    agentQueuesArn: arn('sqs', `${prefix}-agent-*`),
    // Not below the prefix: an agent's credentials must never reach it.
    agentDeadLetterQueue: `${prefix}-dead-commands`,
    agentDeadLetterQueueArn: arn('sqs', `${prefix}-dead-commands`),
    agentRole: `${prefix}-agent`,
    agentRoleArn: roleArn(`${prefix}-agent`),
    roleArn,
    secretArn: (secretId) => arn('secretsmanager', `secret:${secretId}-??????`),
    secretsBelowArn: (prefix) => arn('secretsmanager', `secret:${prefix}*`),
  };
};
