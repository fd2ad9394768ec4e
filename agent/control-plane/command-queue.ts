import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { Agent as HttpsAgent } from 'node:https';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { QueueAccess } from '../../shared/contracts/agent.ts';

/** The longest long poll that SQS knows. */
const pollSeconds = 20;

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  /** Takes the message off the queue. */
  remove(): Promise<void>;
}

/** The host's own queue under one access. */
export interface CommandQueue {
  /** Long-polls once; empty when nothing came. @throws what the queue says (gone, credentials expired) or an abort. */
  receive(signal: AbortSignal): Promise<readonly QueueMessage[]>;
  close(): void;
}

/**
 * Region, credentials and endpoint all come from the access, so nothing of an AWS configuration on the host is used.
 * @param caFile trusted in addition to the public authorities, for an endpoint of a local cloud.
 */
export async function openCommandQueue(access: QueueAccess, caFile: string): Promise<CommandQueue> {
  const ca = [...rootCertificates, await readFile(caFile, 'utf8')];
  const { credentials } = access;
  const client = new SQSClient({
    region: access.region,
    ...(access.endpoint === undefined ? {} : { endpoint: access.endpoint, useQueueUrlAsEndpoint: false }),
    credentials: {
      accessKeyId: credentials.access_key_id,
      secretAccessKey: credentials.secret_access_key,
      ...(credentials.session_token === undefined ? {} : { sessionToken: credentials.session_token }),
    },
    maxAttempts: 2,
    requestHandler: { httpsAgent: new HttpsAgent({ ca, keepAlive: true }), requestTimeout: (pollSeconds + 10) * 1000 },
  });
  const QueueUrl = access.queue_url;
  return {
    receive: async (abortSignal) => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: pollSeconds, MaxNumberOfMessages: 10 }),
        { abortSignal },
      );
      return Messages.map(({ MessageId = '', Body = '', ReceiptHandle }) => ({
        messageId: MessageId,
        body: Body,
        remove: async () => {
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        },
      }));
    },
    close: () => client.destroy(),
  };
}
