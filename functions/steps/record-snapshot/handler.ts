import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { recordSnapshot } from './record-snapshot.ts';

export const make = stepHandler(recordSnapshot, { flows: flowsFrom });
export const handler = lambda(make);
