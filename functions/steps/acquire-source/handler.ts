import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { acquireSource } from './acquire-source.ts';

export const make = stepHandler(acquireSource, { flows: flowsFrom });
export const handler = lambda(make);
