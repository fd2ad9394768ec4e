/** What EventBridge puts into the dead-letter queue of a target: the event, and as attributes what became of it. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { account, region } from '../cloudformation/resource-identities.ts';
import type { PutAside } from './event-bus.ts';

const text = (value: string) => ({ DataType: 'String', StringValue: value });

/** `queueUrl` gives the address of a queue by its name. */
export const putAsideTo =
  (endpoint: string, queueUrl: (name: string) => string): PutAside =>
  async (queueName, event, rule, error) => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new SQSClient({ endpoint, region, credentials });
    try {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl(queueName),
          MessageBody: JSON.stringify(event),
          MessageAttributes: {
            RULE_ARN: text(`arn:aws:events:${region}:${account}:rule/${rule.name}`),
            TARGET_ARN: text(`arn:aws:lambda:${region}:${account}:function:${rule.functionName}`),
            ERROR_MESSAGE: text(error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
          },
        }),
      );
    } finally {
      client.destroy();
    }
  };
