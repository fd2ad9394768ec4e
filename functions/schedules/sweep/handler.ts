import * as z from 'zod/mini';
import { agentQueuesFrom } from '../../../shared/adapters/agents-sqs/agent-queues-from.ts';
import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { type Environment, readEnvironment } from '../../../shared/config/environment.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { clockFrom, logFrom, storeFrom } from '../../../shared/config/ports.ts';
import { startGraceSeconds } from '../../../shared/domain/recovery.ts';
import { sweep } from './sweep.ts';

const SweepEnvironment = z.object({
  /** How young a task may be without an execution; shorter where the tick is faster than a minute. */
  START_GRACE_SECONDS: z._default(z.coerce.number().check(z.nonnegative()), startGraceSeconds),
});

export const make = (environment: Environment) => {
  const deps = {
    store: storeFrom(environment),
    flows: flowsFrom(environment),
    queues: agentQueuesFrom(environment),
    clock: clockFrom(),
    log: logFrom(environment, 'sweep'),
    settings: { startGraceSeconds: readEnvironment(SweepEnvironment, environment).START_GRACE_SECONDS },
  };
  return () => sweep(deps);
};
export const handler = lambda(make);
