import { agentQueuesFrom } from '../../../shared/adapters/agents-sqs/agent-queues-from.ts';
import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import type { Environment } from '../../../shared/config/environment.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { clockFrom, logFrom, storeFrom } from '../../../shared/config/ports.ts';
import { repairSettingsFrom } from './repair-settings.ts';
import { sweep } from './sweep.ts';

export const make = (environment: Environment) => {
  const deps = {
    store: storeFrom(environment),
    flows: flowsFrom(environment),
    queues: agentQueuesFrom(environment),
    clock: clockFrom(),
    log: logFrom(environment, 'sweep'),
    settings: repairSettingsFrom(environment),
  };
  return () => sweep(deps);
};
export const handler = lambda(make);
