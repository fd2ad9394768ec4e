import { sdpFrom } from '../../../shared/adapters/sdp-http/sdp-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { takeSnapshot } from './take-snapshot.ts';

export const make = stepHandler(takeSnapshot, { sdp: sdpFrom });
export const handler = lambda(make);
