import { createSdp } from './create-sdp.ts';
import { deleteSdp } from './delete-sdp.ts';
import { getDashboard } from './get-dashboard.ts';
import { getSdp } from './get-sdp.ts';
import { listSdps } from './list-sdps.ts';
import { updateSdp } from './update-sdp.ts';

export const operations = [createSdp, listSdps, getSdp, updateSdp, deleteSdp, getDashboard];
