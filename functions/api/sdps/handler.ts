import { arrayConnectorFrom, arraysFrom } from '../../../shared/adapters/sdp-http/arrays-from.ts';
import type { Environment } from '../../../shared/config/environment.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { apiHandler } from '../../../shared/http/chain.ts';
import { apiDepsFrom } from '../api-deps-from.ts';
import { operations } from './operations.ts';

export const make = (environment: Environment) => {
  const deps = apiDepsFrom(environment, 'sdps');
  return apiHandler(operations, {
    ...deps,
    arrays: arraysFrom(environment, deps),
    connector: arrayConnectorFrom(environment, deps),
  });
};
export const handler = lambda(make);
