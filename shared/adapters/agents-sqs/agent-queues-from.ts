import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { awsClientConfig } from '../../config/aws-client.ts';
import { AgentQueueEnvironment, type Environment, readEnvironment } from '../../config/environment.ts';
import type { AgentQueuesPort } from '../../ports/agents.ts';
import { systemClock } from '../../ports/clock.ts';
import { createAgentQueues } from './agent-queues.ts';
import { assumedRole, staticPair } from './queue-credentials.ts';

export const agentQueuesFrom = (environment: Environment): AgentQueuesPort => {
  const settings = readEnvironment(AgentQueueEnvironment, environment);
  const sqs = awsClientConfig(environment, 'SQS');
  const { region } = sqs;
  const credentials =
    settings.AGENT_STATIC_SECRET_ID === ''
      ? assumedRole(
          new STSClient(awsClientConfig(environment, 'STS')),
          settings.AGENT_ROLE_ARN,
          region,
          settings.AGENT_QUEUE_KEY_ARN,
        )
      : staticPair(
          new SecretsManagerClient(awsClientConfig(environment, 'SECRETS_MANAGER')),
          settings.AGENT_STATIC_SECRET_ID,
          systemClock,
        );
  return createAgentQueues(
    {
      prefix: settings.AGENT_QUEUE_PREFIX,
      region,
      endpoint: sqs.endpoint ?? '',
      deadLetterQueueArn: settings.AGENT_DEAD_LETTER_QUEUE_ARN,
      keyArn: settings.AGENT_QUEUE_KEY_ARN,
    },
    sqs,
    credentials,
  );
};
