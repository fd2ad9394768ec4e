import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { acquireClone } from './acquire-clone.ts';

export const make = stepHandler(acquireClone, { flows: flowsFrom });
export const handler = lambda(make);
