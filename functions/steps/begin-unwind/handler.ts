import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { beginUnwind } from './begin-unwind.ts';

export const make = stepHandler(beginUnwind, { flows: flowsFrom });
export const handler = lambda(make);
