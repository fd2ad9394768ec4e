import { arraysFrom } from '../../../shared/adapters/sdp-http/arrays-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { removeArraySnapshots } from './remove-array-snapshots.ts';

export const make = stepHandler(removeArraySnapshots, { arrays: arraysFrom });
export const handler = lambda(make);
