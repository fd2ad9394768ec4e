/** Grants as statements of the function's own role. */
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

import { arraySecretPrefix } from '../../functions/api/sdps/secret-prefix.ts';
import type { Environment } from '../environment.ts';
import { namesOf } from '../names.ts';
import type { FunctionGrants } from './function-grants.ts';

interface Grant {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const prefixed = (service: string, actions: readonly string[] = []): string[] =>
  actions.map((action) => `${service}:${action}`);

/** Of the deployment's own array, and of every one that may be registered: their names are known at run time only. */
const arraySecretArns = ({ array, ...about }: Environment): string[] => {
  const names = namesOf(about);
  const own = array.sdpSecretId.startsWith(arraySecretPrefix) ? [] : [names.secretArn(array.sdpSecretId)];
  return [names.secretsBelowArn(arraySecretPrefix), ...own];
};

const secretArnsOf = (grants: FunctionGrants, environment: Environment): string[] => [
  ...(grants.callsArray ? arraySecretArns(environment) : []),
  ...(grants.lendsAgentCredentials && environment.agentCredentials.kind === 'static'
    ? [namesOf(environment).secretArn(environment.agentCredentials.secretId)]
    : []),
];

/** Functions in the array's network make their interface there; EC2 offers no narrower resource for it. */
const networkActions = [
  'CreateNetworkInterface',
  'DescribeNetworkInterfaces',
  'DescribeSubnets',
  'DeleteNetworkInterface',
  'AssignPrivateIpAddresses',
  'UnassignPrivateIpAddresses',
];

const grantsOf = (grants: FunctionGrants, environment: Environment): Grant[] => {
  const names = namesOf(environment);
  const lendsRole = grants.lendsAgentCredentials === true && environment.agentCredentials.kind === 'role';
  const inNetwork = grants.callsArray === true && environment.network !== null;
  return [
    { sid: 'Table', actions: prefixed('dynamodb', grants.table), resources: [names.tableArn] },
    { sid: 'StartFlows', actions: ['states:StartExecution'], resources: (grants.startsFlows ?? []).map(names.flowArn) },
    {
      sid: 'Executions',
      actions: prefixed('states', grants.executions?.actions),
      resources: (grants.executions?.flows ?? []).map(names.flowExecutionsArn),
    },
    {
      sid: 'SignalFlows',
      actions: ['states:SendTaskSuccess'],
      resources: (grants.signalsFlows ?? []).map(names.flowArn),
    },
    { sid: 'FailFlows', actions: ['states:SendTaskFailure'], resources: (grants.failsFlows ?? []).map(names.flowArn) },
    {
      sid: 'BeatFlows',
      actions: ['states:SendTaskHeartbeat'],
      resources: (grants.beatsFlows ?? []).map(names.flowArn),
    },
    { sid: 'AgentQueues', actions: prefixed('sqs', grants.agentQueues), resources: [names.agentQueuesArn] },
    { sid: 'AgentRole', actions: lendsRole ? ['sts:AssumeRole'] : [], resources: [names.agentRoleArn] },
    {
      sid: 'Secrets',
      actions: ['secretsmanager:GetSecretValue'],
      resources: secretArnsOf(grants, environment),
    },
    { sid: 'Network', actions: inNetwork ? prefixed('ec2', networkActions) : [], resources: ['*'] },
  ];
};

/** Only what is granted: a statement without an action or a resource is left out. */
export const policyStatements = (grants: FunctionGrants, environment: Environment): PolicyStatement[] =>
  grantsOf(grants, environment)
    .filter(({ actions, resources }) => actions.length > 0 && resources.length > 0)
    .map(
      ({ sid, actions, resources }) => new PolicyStatement({ sid, actions: [...actions], resources: [...resources] }),
    );
