import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { completeSnapshot } from './complete-snapshot.ts';

export const make = stepHandler(completeSnapshot, {});
export const handler = lambda(make);
