import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { completeDeleteSnapshot } from './complete-delete-snapshot.ts';

export const make = stepHandler(completeDeleteSnapshot, {});
export const handler = lambda(make);
