/** Where an agent's credentials come from: STS with a session policy, or a configured static pair. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import { type Clock, nowSeconds } from '../../ports/clock.ts';
import type { CredentialSource } from './agent-queues.ts';

const lifeSeconds = 3600;

/**
 * What a session may do: receive from and delete in its own queue, nothing else. `keyArn`: what the queue is encrypted
 * with, '' for SQS's own key; the role allows its use through SQS only.
 */
export const sessionPolicy = (queueArn: string, keyArn: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: queueArn },
      ...(keyArn === '' ? [] : [{ Effect: 'Allow', Action: ['kms:Decrypt'], Resource: keyArn }]),
    ],
  });

/** `https://host/account/name` → `arn:partition:sqs:region:account:name`, with the partition of another ARN ('': `aws`). */
export function queueArnOf(queueUrl: string, anotherArn: string, region: string): string {
  const partition = anotherArn.split(':')[1] ?? 'aws';
  const [account = '', name = ''] = new URL(queueUrl).pathname.split('/').filter(Boolean).slice(-2);
  return `arn:${partition}:sqs:${region}:${account}:${name}`;
}

export const assumedRole =
  (client: STSClient, roleArn: string, region: string, keyArn: string): CredentialSource =>
  async (queueUrl, hostId) => {
    const answer = await client.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: `agent-${hostId}`,
        DurationSeconds: lifeSeconds,
        Policy: sessionPolicy(queueArnOf(queueUrl, roleArn, region), keyArn),
      }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
    if (AccessKeyId === undefined || SecretAccessKey === undefined || Expiration === undefined) {
      throw new Error('STS gave no credentials');
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken ?? '',
      expiresAtSeconds: Math.floor(Expiration.getTime() / 1000),
    };
  };

const StaticPair = z.object({ access_key_id: z.string(), secret_access_key: z.string() });

/** For places without STS: the pair is renewed like the others, so that changing the secret reaches every agent. */
export const staticPair =
  (client: SecretsManagerClient, secretId: string, clock: Clock): CredentialSource =>
  async () => {
    const secret = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const pair = StaticPair.parse(JSON.parse(secret.SecretString ?? '{}'));
    return {
      accessKeyId: pair.access_key_id,
      secretAccessKey: pair.secret_access_key,
      sessionToken: '',
      expiresAtSeconds: nowSeconds(clock) + lifeSeconds,
    };
  };
