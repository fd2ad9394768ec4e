import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import {
  AgentQueueEnvironment,
  BaseEnvironment,
  endpointOf,
  type Environment,
  readEnvironment,
} from '../../config/environment.ts';
import type { AgentQueuesPort } from '../../ports/agents.ts';
import { systemClock } from '../../ports/clock.ts';
import { createAgentQueues } from './agent-queues.ts';
import { assumedRole, staticPair } from './queue-credentials.ts';

export const agentQueuesFrom = (environment: Environment): AgentQueuesPort => {
  const { AWS_REGION: region } = readEnvironment(BaseEnvironment, environment);
  const settings = readEnvironment(AgentQueueEnvironment, environment);
  const sqs = endpointOf(environment, 'SQS');
  const credentials =
    settings.AGENT_STATIC_SECRET_ID === ''
      ? assumedRole(new STSClient({ region, ...endpointOf(environment, 'STS') }), settings.AGENT_ROLE_ARN, region)
      : staticPair(
          new SecretsManagerClient({ region, ...endpointOf(environment, 'SECRETS_MANAGER') }),
          settings.AGENT_STATIC_SECRET_ID,
          systemClock,
        );
  return createAgentQueues(
    {
      prefix: settings.AGENT_QUEUE_PREFIX,
      region,
      endpoint: sqs.endpoint ?? '',
      deadLetterQueueArn: settings.AGENT_DEAD_LETTER_QUEUE_ARN,
    },
    { region, ...sqs },
    credentials,
  );
};
