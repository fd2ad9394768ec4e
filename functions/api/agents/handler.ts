import { agentQueuesFrom } from '../../../shared/adapters/agents-sqs/agent-queues-from.ts';
import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { arraysFrom } from '../../../shared/adapters/sdp-http/arrays-from.ts';
import type { Environment } from '../../../shared/config/environment.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { apiHandler } from '../../../shared/http/chain.ts';
import { apiDepsFrom } from '../api-deps-from.ts';
import { operations } from './operations.ts';

export const make = (environment: Environment) => {
  const deps = apiDepsFrom(environment, 'agents');
  return apiHandler(operations, {
    ...deps,
    flows: flowsFrom(environment),
    queues: agentQueuesFrom(environment),
    arrays: arraysFrom(environment, deps),
  });
};
export const handler = lambda(make);
