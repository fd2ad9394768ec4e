import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { completeRefresh } from './complete-refresh.ts';

export const make = stepHandler(completeRefresh, { flows: flowsFrom });
export const handler = lambda(make);
