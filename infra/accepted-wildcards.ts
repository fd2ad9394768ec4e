/** Resources of a policy that hold a wildcard, each with its reason. A test refuses any other, and any row without one. */

export interface AcceptedWildcard {
  readonly actions: RegExp;
  readonly resource: RegExp;
  readonly reason: string;
}

export const acceptedWildcards: readonly AcceptedWildcard[] = [
  { actions: /^xray:/, resource: /^\*$/, reason: 'X-Ray has no resources to name.' },
  {
    actions:
      /^logs:((Create|Get|Update|Delete)LogDelivery|ListLogDeliveries|PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups)$/,
    resource: /^\*$/,
    reason: 'Step Functions sets up log delivery with calls that have no resource.',
  },
  {
    actions: /^ec2:/,
    resource: /^\*$/,
    reason: 'A function in a VPC makes its own network interface; it has no name beforehand.',
  },
  {
    actions: /^logs:(CreateLogStream|PutLogEvents)$/,
    resource: /:\*$/,
    reason: 'The streams of the one log group named before it.',
  },
  {
    actions: /^sqs:/,
    resource: /:reprise-[a-z]+-agent-\*$/,
    reason: 'Queues of agents are made at run time, all below this prefix.',
  },
  {
    actions: /^states:DescribeExecution$/,
    resource: /:execution:[a-z-]+:\*$/,
    reason: 'Executions of one flow; their names are request ids.',
  },
  {
    actions: /^secretsmanager:GetSecretValue$/,
    resource: /-\?{6}$/,
    reason: 'Secrets Manager appends six random characters to the name.',
  },
  {
    actions: /^secretsmanager:GetSecretValue$/,
    resource: /:secret:reprise\/sdp\*$/,
    reason: 'Secrets of arrays that are registered at run time: the API takes only names that begin so.',
  },
];
