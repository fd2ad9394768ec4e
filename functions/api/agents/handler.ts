import { agentQueuesFrom } from '../../../shared/adapters/agents-sqs/agent-queues-from.ts';
import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { sdpFrom } from '../../../shared/adapters/sdp-http/sdp-from.ts';
import type { Environment } from '../../../shared/config/environment.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { apiHandler } from '../../../shared/http/chain.ts';
import { apiDepsFrom } from '../api-deps-from.ts';
import { operations } from './operations.ts';

export const make = (environment: Environment) =>
  apiHandler(operations, {
    ...apiDepsFrom(environment, 'agents'),
    flows: flowsFrom(environment),
    queues: agentQueuesFrom(environment),
    sdp: sdpFrom(environment),
  });
export const handler = lambda(make);
