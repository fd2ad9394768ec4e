import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import type { Environment } from '../../../shared/config/environment.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { clockFrom, logFrom, storeFrom } from '../../../shared/config/ports.ts';
import { startDueSnapshots } from './start-due-snapshots.ts';

export const make = (environment: Environment) => {
  const deps = {
    store: storeFrom(environment),
    flows: flowsFrom(environment),
    clock: clockFrom(),
    log: logFrom(environment, 'start-due-snapshots'),
  };
  return () => startDueSnapshots(deps);
};
export const handler = lambda(make);
