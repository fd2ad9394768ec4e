import { arraysFrom } from '../../../shared/adapters/sdp-http/arrays-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { discardSnapshot } from './discard-snapshot.ts';

export const make = stepHandler(discardSnapshot, { arrays: arraysFrom });
export const handler = lambda(make);
