/** Makes agents' queues and gives credentials that reach one of them only. */
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import type { AgentQueuesPort, QueueCredentials } from '../../ports/agents.ts';
import { isQueueGone } from './agents-sqs.ts';
import { queueArnOf } from './queue-credentials.ts';

export interface AgentQueueSettings {
  readonly prefix: string;
  readonly region: string;
  /** '' in AWS; elsewhere the address agents reach the queues at. */
  readonly endpoint: string;
  readonly deadLetterQueueArn: string;
  /** The environment's own key; '' where it has none, and SQS encrypts with one of its own. */
  readonly keyArn: string;
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

type Attributes = Readonly<Record<string, string>>;

const redrive = (deadLetterTargetArn: string): Attributes =>
  deadLetterTargetArn === ''
    ? {}
    : { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: maxDeliveries }) };

/** Nobody reaches the queue in clear text, whatever his own policies allow. */
const tlsOnly = (queueArn: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: queueArn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });

/** The error's name in JSON, in the older query protocol, and as engines beside AWS write it. */
const otherwiseMadeNames: readonly string[] = [
  'QueueNameExists',
  'QueueAlreadyExists',
  'AWS.SimpleQueueService.QueueNameExists',
];
const isOtherwiseMade = (error: unknown): boolean => error instanceof Error && otherwiseMadeNames.includes(error.name);

/** URL of the queue, made with these attributes when there is none; one that was made with others is found as it is. */
async function madeOrFound(client: SQSClient, name: string, attributes: Attributes): Promise<string> {
  const create = async (given: Attributes): Promise<string> => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: given }));
    if (QueueUrl === undefined) throw new Error('SQS gave no queue URL');
    return QueueUrl;
  };
  try {
    return await create(attributes);
  } catch (error) {
    if (!isOtherwiseMade(error)) throw error;
    return await create({});
  }
}

export function createAgentQueues(
  settings: AgentQueueSettings,
  config: SQSClientConfig,
  credentials: CredentialSource,
): AgentQueuesPort {
  const client = new SQSClient(config);
  const shape: Attributes = {
    MessageRetentionPeriod: String(retentionSeconds),
    VisibilityTimeout: String(visibilitySeconds),
    ReceiveMessageWaitTimeSeconds: '20',
    ...redrive(settings.deadLetterQueueArn),
    ...(settings.keyArn === '' ? {} : { KmsMasterKeyId: settings.keyArn }),
  };
  // A queue is encrypted with SQS's own key from its first message on unless it is made otherwise, and stays so.
  const fromTheStart: Attributes = settings.keyArn === '' ? { SqsManagedSseEnabled: 'true' } : {};

  return {
    async ensureQueue(hostId, generation) {
      const name = `${settings.prefix}-${hostId}-${String(generation)}`;
      const queueUrl = await madeOrFound(client, name, { ...shape, ...fromTheStart });
      // Each time: the queue may be of an earlier version, or of a call that died before this line.
      const policy = tlsOnly(queueArnOf(queueUrl, settings.deadLetterQueueArn, settings.region));
      await client.send(
        new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { ...shape, Policy: policy } }),
      );
      return queueUrl;
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
