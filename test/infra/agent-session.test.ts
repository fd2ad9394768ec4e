/**
 * What an agent's credentials can do: the synthesized role, cut down by the session policy that the product sends to STS.
 * LocalStack and the embedded cloud enforce neither, so the documents themselves are evaluated.
 */
import { type AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { namesOf } from '../../infra/names.ts';
import { assumedRole } from '../../shared/adapters/agents-sqs/queue-credentials.ts';
import { isAllowed } from './policy-evaluation.ts';
import { deployedNames, synthesizeExample, type DeployedName } from './synthesized.ts';

const overTls = { 'aws:SecureTransport': 'true' };

const Role = z.object({
  RoleName: z.string(),
  AssumeRolePolicyDocument: z.unknown(),
  Policies: z.array(z.object({ PolicyDocument: z.unknown() })),
});

const regionOf = (name: DeployedName): string => (name === 'local' ? 'us-east-1' : 'eu-central-1');
const accountOf = (name: DeployedName): string => (name === 'local' ? '000000000000' : '111111111111');

/** The session policy as STS receives it for a host's queue. */
const sentSessionPolicy = async (
  queueUrl: string,
  roleArn: string,
  region: string,
  keyArn: string,
): Promise<unknown> => {
  const sent: AssumeRoleCommand['input'][] = [];
  const client = new STSClient({ region, credentials: { accessKeyId: 'id', secretAccessKey: 'secret' } });
  client.middlewareStack.add(
    () =>
      async ({ input }) => {
        sent.push(input as AssumeRoleCommand['input']);
        const Credentials = { AccessKeyId: 'a', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) };
        return { output: { $metadata: {}, Credentials }, response: {} };
      },
    { step: 'initialize', priority: 'low' },
  );
  await assumedRole(client, roleArn, region, keyArn)(queueUrl, 'h1');
  expect(sent).toHaveLength(1);
  expect(sent[0]?.RoleArn).toBe(roleArn);
  return JSON.parse(sent[0]?.Policy ?? '') as unknown;
};

/** Documents with the customer key's ARN where the template imports it from the stack of the key. */
const withKeyArn = (document: unknown, keyArn: string): unknown =>
  JSON.parse(
    JSON.stringify(document, (_, value: unknown) =>
      typeof value === 'object' && value !== null && 'Fn::ImportValue' in value ? keyArn : value,
    ),
  ) as unknown;

describe.each(deployedNames)('the credentials of an agent, %s', (name) => {
  const app = synthesizeExample(name);
  const region = regionOf(name);
  const account = accountOf(name);
  const names = namesOf({ name, account, region });
  const queue = (suffix: string): string => `arn:aws:sqs:${region}:${account}:${names.agentQueuePrefix}-${suffix}`;
  const own = queue('h1-1');

  const roles = app.ofType('AWS::IAM::Role').filter(({ properties }) => properties['RoleName'] === names.agentRole);
  const role = Role.parse(roles[0]?.properties);
  const serviceKey = `arn:aws:kms:${region}:${account}:key/service`;
  const hasKey = app.environment.encryption === 'customer';
  const identityPolicies = role.Policies.map(({ PolicyDocument }) => withKeyArn(PolicyDocument, serviceKey));
  const session = sentSessionPolicy(
    `https://sqs.${region}.amazonaws.com/${account}/${names.agentQueuePrefix}-h1-1`,
    names.agentRoleArn,
    region,
    hasKey ? serviceKey : '',
  );
  const may = async (action: string, resource: string): Promise<boolean> =>
    isAllowed({ identityPolicies, sessionPolicies: [await session] }, { action, resource, context: overTls });

  it('belong to one role without policies beside its own', () => {
    expect(roles).toHaveLength(1);
    expect(roles[0]?.properties).not.toHaveProperty('ManagedPolicyArns');
    const attached = app
      .ofType('AWS::IAM::Policy')
      .filter(({ properties }) => JSON.stringify(properties['Roles']).includes(roles[0]?.logicalId ?? ''));
    expect(attached).toEqual([]);
  });

  it.each(['sqs:ReceiveMessage', 'sqs:DeleteMessage'])('may %s on its own queue', async (action) => {
    expect(await may(action, own)).toBe(true);
  });

  it('use the key of the queue, where it has one, through SQS and to read only', async () => {
    const sessionPolicies = [await session];
    const use = (action: string, service: string): boolean => {
      const context = { ...overTls, 'kms:ViaService': `${service}.${region}.amazonaws.com` };
      return isAllowed({ identityPolicies, sessionPolicies }, { action, resource: serviceKey, context });
    };
    expect(use('kms:Decrypt', 'sqs')).toBe(hasKey);
    expect(use('kms:Decrypt', 'dynamodb')).toBe(false);
    expect(await may('kms:Decrypt', serviceKey)).toBe(false);
    for (const action of ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:CreateGrant'])
      expect(use(action, 'sqs'), action).toBe(false);
  });

  it('may not do so without TLS', () => {
    const plain = { action: 'sqs:ReceiveMessage', resource: own, context: { 'aws:SecureTransport': 'false' } };
    expect(isAllowed({ identityPolicies }, plain)).toBe(false);
    expect(isAllowed({ identityPolicies }, { ...plain, context: overTls })).toBe(true);
  });

  it.each([
    'sqs:ChangeMessageVisibility',
    'sqs:GetQueueAttributes',
    'sqs:SendMessage',
    'sqs:DeleteQueue',
    'sqs:PurgeQueue',
    'sqs:SetQueueAttributes',
    'sqs:AddPermission',
    'sqs:CreateQueue',
    'sqs:StartMessageMoveTask',
  ])('may not %s on its own queue', async (action) => {
    expect(await may(action, own)).toBe(false);
  });

  it.each([
    ["another host's queue", queue('h2-1')],
    ['its own of another generation', queue('h1-2')],
    ['a queue whose name begins with its own', queue('h1-10')],
    ['the dead-letter queue', names.agentDeadLetterQueueArn],
    ['the same name in another account', own.replace(account, '222222222222')],
    ['the same name in another region', own.replace(region, 'us-west-2')],
  ])('may do nothing on %s', async (_, resource) => {
    for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:SendMessage'])
      expect(await may(action, resource), action).toBe(false);
  });

  it.each([
    ['dynamodb:GetItem', names.tableArn],
    ['dynamodb:Query', names.tableArn],
    ['states:StartExecution', names.flowArn('create-clone')],
    ['states:SendTaskSuccess', names.flowArn('create-clone')],
    ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${region}:${account}:secret:reprise/sdp-AbCdEf`],
    ['sts:AssumeRole', names.agentRoleArn],
    ['iam:PassRole', names.agentRoleArn],
    ['kms:Decrypt', `arn:aws:kms:${region}:${account}:key/1`],
    ['sqs:ListQueues', '*'],
  ])('may not %s', async (action, resource) => {
    expect(await may(action, resource)).toBe(false);
  });

  it('are not what the role alone would give: without a session policy every queue of agents is open', () => {
    const foreign = { action: 'sqs:ReceiveMessage', resource: queue('h2-1'), context: overTls };
    expect(isAllowed({ identityPolicies }, foreign)).toBe(true);
  });
});
