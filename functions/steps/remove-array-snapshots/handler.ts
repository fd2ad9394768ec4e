import { sdpFrom } from '../../../shared/adapters/sdp-http/sdp-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { removeArraySnapshots } from './remove-array-snapshots.ts';

export const make = stepHandler(removeArraySnapshots, { sdp: sdpFrom });
export const handler = lambda(make);
