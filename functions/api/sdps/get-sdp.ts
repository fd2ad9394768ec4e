import { DomainError, isDomainError } from '../../../shared/domain/errors.ts';
import { FlexSdpDetail, flexSdpDetail, type LiveArray } from '../../../shared/faces/flex/flex-sdp.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { SdpPort } from '../../../shared/ports/sdp.ts';
import type { ArrayApiDeps } from '../api-deps.ts';
import { deploymentArray } from './deployment-array.ts';
import { SdpPath } from './sdp-schema.ts';

/** What the array says of itself now. One that says nothing is an answer too. */
async function live(array: Promise<SdpPort>): Promise<LiveArray> {
  try {
    const port = await array;
    const [description, capacity] = await Promise.all([port.describe(), port.capacity()]);
    return { reason: '', state: description.state, version: description.version, capacity };
  } catch (error) {
    if (!isDomainError(error, 'ArrayUnavailable') && !isDomainError(error, 'ArrayRefused')) throw error;
    return { reason: error.message, state: 'unreachable', version: '', capacity: null };
  }
}

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
    if (registered !== undefined) return { body: flexSdpDetail(registered, await live(deps.arrays.of(sdpId))) };
    const own = await deploymentArray(deps);
    if (own?.sdpId === sdpId) return { body: flexSdpDetail(own, await live(deps.arrays.of(''))) };
    throw new DomainError('NotFound', `Array '${sdpId}' not found`);
  },
});
