/** Findings of cdk-nag that stay, each with its reason. A test refuses any other finding, and any row without one. */
import type { EnvironmentName } from './environment.ts';

export interface AcceptedFinding {
  readonly rule: string;
  /** Matched with what stands in brackets after the rule; `/^$/` where nothing does. */
  readonly detail: RegExp;
  /** Matched with the path in the app, without the environment. */
  readonly construct: RegExp;
  /** Those where it is found, no more; absent: all of them. */
  readonly environments?: readonly EnvironmentName[];
  readonly reason: string;
}

const whole = /^$/;

export const acceptedNagFindings: readonly AcceptedFinding[] = [
  {
    rule: 'AwsSolutions-L1',
    detail: whole,
    construct: /^(api|flows|schedules|events)\/[a-z]+-[a-z-]+\/Resource$/,
    reason:
      'Built for and tried on nodejs22.x, which AWS patches until April 2027. One runtime everywhere, LocalStack included; moving it is one line of service-function.ts.',
  },
  {
    rule: 'AwsSolutions-SQS3',
    detail: whole,
    construct: /^agents\/DeadCommands\/Resource$/,
    reason: 'It is a dead-letter queue: of the queues of agents, which are made at run time and not in a template.',
  },
  {
    rule: 'AwsSolutions-SQS3',
    detail: whole,
    construct: /^(schedules\/LostTicks|events\/LostEvents-[a-z-]+)\/Resource$/,
    reason:
      'It is the dead-letter queue of a rule and its function; cdk-nag looks for redrive policies of queues only.',
  },
  {
    rule: 'AwsSolutions-SF1',
    detail: whole,
    construct: /^flows\/flow-[a-z-]+\/Resource$/,
    environments: ['local', 'dev'],
    reason: 'The history of Standard executions is kept for 90 days; where nothing is kept longer, errors are enough.',
  },
  {
    rule: 'AwsSolutions-APIG2',
    detail: whole,
    construct: /^api\/Gateway\/Resource$/,
    reason:
      'Functions validate path, query and body against the schema of the route and answer in the shape of the contract; a validator of the gateway would answer before them in its own.',
  },
  {
    rule: 'AwsSolutions-APIG3',
    detail: whole,
    construct: /^api\/Gateway\/DeploymentStage\.api\/Resource$/,
    environments: ['local', 'dev'],
    reason:
      'A web ACL costs by the month, and LocalStack has none. Requests are throttled; staging and prod have the ACL.',
  },
  {
    rule: 'AwsSolutions-IAM4',
    detail: /^Policy::arn:<AWS::Partition>:iam::aws:policy\/service-role\/AmazonAPIGatewayPushToCloudWatchLogs$/,
    construct: /^api\/Gateway\/CloudWatchRole\/Resource$/,
    reason:
      'API Gateway logs with one role for all APIs of the account; AWS prescribes this policy and extends it when the service needs more.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    detail: /^Resource::\*$/,
    construct: /^(api|flows|schedules|events)\/[a-z]+-[a-z-]+Role\/DefaultPolicy\/Resource$/,
    reason:
      'X-Ray segments belong to no resource, and nothing else in this policy is wild: accepted-wildcards.ts lists actions.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    detail: /^Resource::\*$/,
    construct: /^flows\/flow-[a-z-]+\/Role\/DefaultPolicy\/Resource$/,
    reason:
      'X-Ray, and the calls by which Step Functions sets up log delivery, have no resource. accepted-wildcards.ts lists the actions.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    detail: /^Resource::\*$/,
    construct: /^(api|flows)\/[a-z]+-[a-z-]+Role\/Resource$/,
    environments: ['staging', 'prod'],
    reason:
      'A function in a VPC makes its own network interface, which has no name beforehand; only functions that call the array.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    detail: /^Resource::arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:reprise-[a-z]+-agent-\*$/,
    construct: /^(agents\/AgentRole|(api|flows|schedules)\/[a-z]+-[a-z-]+Role)\/Resource$/,
    reason:
      'Queues of agents are made at run time below this prefix. The sessions lent to agents are cut down to one queue.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    detail: /^Resource::arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:execution:reprise-[a-z]+-[a-z-]+:\*$/,
    construct: /^schedules\/job-sweepRole\/Resource$/,
    reason: 'All executions of one flow; their names are request ids.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    detail: /^Resource::arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:reprise\/sdp\*$/,
    construct: /^(api|flows)\/[a-z]+-[a-z-]+Role\/Resource$/,
    reason: 'Secrets of arrays that are registered at run time; the API takes only names that begin so. ADR 0011.',
  },
];
