import { sdpFrom } from '../../../shared/adapters/sdp-http/sdp-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { removeVolumes } from './remove-volumes.ts';

export const make = stepHandler(removeVolumes, { sdp: sdpFrom });
export const handler = lambda(make);
