import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import type { Environment } from '../../../shared/config/environment.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { apiHandler } from '../../../shared/http/chain.ts';
import { apiDepsFrom } from '../api-deps-from.ts';
import { operations } from './operations.ts';

export const make = (environment: Environment) =>
  apiHandler(operations, { ...apiDepsFrom(environment, 'refresh'), flows: flowsFrom(environment) });
export const handler = lambda(make);
