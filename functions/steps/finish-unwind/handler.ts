import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { finishUnwind } from './finish-unwind.ts';

export const make = stepHandler(finishUnwind, { flows: flowsFrom });
export const handler = lambda(make);
