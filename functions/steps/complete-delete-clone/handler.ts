import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { completeDeleteClone } from './complete-delete-clone.ts';

export const make = stepHandler(completeDeleteClone, { flows: flowsFrom });
export const handler = lambda(make);
