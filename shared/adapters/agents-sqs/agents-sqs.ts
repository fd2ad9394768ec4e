import { SendMessageCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { awsClientConfig } from '../../config/aws-client.ts';
import type { Environment } from '../../config/environment.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AgentsPort } from '../../ports/agents.ts';

/** The agents port over SQS: one message per command, on the host's own queue. */
export function createAgents(config: SQSClientConfig): AgentsPort {
  const client = new SQSClient(config);
  return {
    async send(queueUrl, command) {
      try {
        await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(command) }));
      } catch (error) {
        if (!isQueueGone(error)) throw error;
        // A queue is made anew when its agent asks for it, at the latest when it starts: worth a few more tries.
        const text = `the queue of host '${command.host_id}' is gone, and its agent has not asked for a new one yet`;
        throw new DomainError('Busy', text, { cause: error });
      }
    },
  };
}

export const isQueueGone = (error: unknown): boolean =>
  error instanceof Error && ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'].includes(error.name);

export const agentsFrom = (environment: Environment): AgentsPort => createAgents(awsClientConfig(environment, 'SQS'));
