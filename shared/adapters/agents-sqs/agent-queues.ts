/** Makes agents' queues and gives credentials that reach one of them only. */
import { CreateQueueCommand, DeleteQueueCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { AgentQueuesPort, QueueCredentials } from '../../ports/agents.ts';
import { isQueueGone } from './agents-sqs.ts';

export interface AgentQueueSettings {
  readonly prefix: string;
  readonly region: string;
  /** '' in AWS; elsewhere the address agents reach the queues at. */
  readonly endpoint: string;
  readonly deadLetterQueueArn: string;
}

export type CredentialSource = (
  queueUrl: string,
  hostId: string,
) => Promise<Omit<QueueCredentials, 'region' | 'endpoint'>>;

/** Messages wait for a silent agent this long: SQS's longest. */
const retentionSeconds = 14 * 24 * 3600;
/** Longer than an agent needs to journal a command; it deletes the message then. */
const visibilitySeconds = 60;
/** After this many deliveries nobody could parse it. */
const maxDeliveries = 5;

export function createAgentQueues(
  settings: AgentQueueSettings,
  config: SQSClientConfig,
  credentials: CredentialSource,
): AgentQueuesPort {
  const client = new SQSClient(config);
  return {
    async ensureQueue(hostId, generation) {
      const redrive =
        settings.deadLetterQueueArn === ''
          ? {}
          : {
              RedrivePolicy: JSON.stringify({
                deadLetterTargetArn: settings.deadLetterQueueArn,
                maxReceiveCount: maxDeliveries,
              }),
            };
      const created = await client.send(
        new CreateQueueCommand({
          QueueName: `${settings.prefix}-${hostId}-${String(generation)}`,
          Attributes: {
            MessageRetentionPeriod: String(retentionSeconds),
            VisibilityTimeout: String(visibilitySeconds),
            ReceiveMessageWaitTimeSeconds: '20',
            SqsManagedSseEnabled: 'true',
            ...redrive,
          },
        }),
      );
      if (created.QueueUrl === undefined) throw new Error('SQS gave no queue URL');
      return created.QueueUrl;
    },

    async removeQueue(queueUrl) {
      try {
        await client.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
      } catch (error) {
        if (!isQueueGone(error)) throw error;
      }
    },

    async credentialsFor(queueUrl, hostId) {
      return { ...(await credentials(queueUrl, hostId)), region: settings.region, endpoint: settings.endpoint };
    },
  };
}
