import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { settleDestinations } from './settle-destinations.ts';

export const make = stepHandler(settleDestinations, {});
export const handler = lambda(make);
