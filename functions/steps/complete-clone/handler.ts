import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { completeClone } from './complete-clone.ts';

export const make = stepHandler(completeClone, { flows: flowsFrom });
export const handler = lambda(make);
