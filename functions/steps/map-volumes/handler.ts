import { arraysFrom } from '../../../shared/adapters/sdp-http/arrays-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { mapVolumes } from './map-volumes.ts';

export const make = stepHandler(mapVolumes, { arrays: arraysFrom });
export const handler = lambda(make);
