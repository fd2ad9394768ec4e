/** The role of one function: its grants, its own log group, the key; nothing shared, no managed policy. */
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

import type { Environment } from '../environment.ts';
import type { FunctionGrants } from '../grants/function-grants.ts';
import { policyStatements } from '../grants/policy-statements.ts';

export interface FunctionRoleProps {
  readonly environment: Environment;
  readonly roleName: string;
  readonly grants: FunctionGrants;
  readonly logGroup: ILogGroup;
  readonly key: IKey | undefined;
}

/** DynamoDB uses the key on behalf of its caller, so the caller needs it; only through DynamoDB. */
const keyStatement = (key: IKey, { region }: Environment): PolicyStatement =>
  new PolicyStatement({
    sid: 'TableKey',
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:DescribeKey',
    ],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` } },
  });

/** SQS encrypts what is sent with the key, on behalf of its sender; only through SQS. */
const queueKeyStatement = (key: IKey, { region }: Environment): PolicyStatement =>
  new PolicyStatement({
    sid: 'AgentQueueKey',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `sqs.${region}.amazonaws.com` } },
  });

export class FunctionRole extends Role {
  constructor(scope: Construct, id: string, { environment, roleName, grants, logGroup, key }: FunctionRoleProps) {
    super(scope, id, {
      roleName,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        grants: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: 'Logs',
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logGroup.logGroupArn],
            }),
            ...(key && grants.table ? [keyStatement(key, environment)] : []),
            ...(key && grants.agentQueues?.includes('SendMessage') ? [queueKeyStatement(key, environment)] : []),
            ...policyStatements(grants, environment),
          ],
        }),
      },
    });
  }
}
