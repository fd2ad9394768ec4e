import { DomainError } from '../../../shared/domain/errors.ts';
import { FlexSdpDetail, flexSdpDetail } from '../../../shared/faces/flex/flex-sdp.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ArrayApiDeps } from '../api-deps.ts';
import { deploymentArray } from './deployment-array.ts';
import { liveArray } from './live-array.ts';
import { SdpPath } from './sdp-schema.ts';

/** One array with its state and capacity now; 200 also when it is silent. Ours. */
export const getSdp = defineOperation({
  operation: 'get-sdp',
  method: 'GET',
  path: '/api/echo/v1/sdps/{sdp_id}',
  capability: 'sdps',
  audience: 'admin',
  summary: 'Get one storage array, with its state and capacity',
  request: { path: SdpPath },
  response: FlexSdpDetail,
  successStatus: 200,
  task: null,
  async run(deps: ArrayApiDeps, call) {
    const { sdp_id: sdpId } = call.path;
    const registered = await deps.store.getArray(sdpId);
    if (registered !== undefined) return { body: flexSdpDetail(registered, await liveArray(deps, sdpId)) };
    const own = await deploymentArray(deps);
    if (own?.sdpId === sdpId) return { body: flexSdpDetail(own, await liveArray(deps, sdpId)) };
    throw new DomainError('NotFound', `Array '${sdpId}' not found`);
  },
});
