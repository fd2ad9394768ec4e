import { arraysFrom } from '../../../shared/adapters/sdp-http/arrays-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { removeVolumes } from './remove-volumes.ts';

export const make = stepHandler(removeVolumes, { arrays: arraysFrom });
export const handler = lambda(make);
