import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { acquireDatabases } from './acquire-databases.ts';

export const make = stepHandler(acquireDatabases, { flows: flowsFrom });
export const handler = lambda(make);
