import { sdpFrom } from '../../../shared/adapters/sdp-http/sdp-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { mapVolumes } from './map-volumes.ts';

export const make = stepHandler(mapVolumes, { sdp: sdpFrom });
export const handler = lambda(make);
