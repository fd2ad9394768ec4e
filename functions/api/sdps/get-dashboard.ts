import { FlexDashboard, flexDashboard } from '../../../shared/faces/flex/flex-dashboard.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ArrayApiDeps } from '../api-deps.ts';
import { allArrays } from './deployment-array.ts';
import { liveArray } from './live-array.ts';

/**
 * The arrays with their versions, where the installer of a host finds the one it is to use. For whom may register a host.
 * The deployment's own is left out until it has said who it is. Flex contract, section 4.1.
 */
export const getDashboard = defineOperation({
  operation: 'get-dashboard',
  method: 'GET',
  path: '/api/v1/pages/dashboard',
  capability: 'sdps',
  audience: 'admin',
  summary: 'List storage arrays for the installer of a host',
  request: {},
  response: FlexDashboard,
  successStatus: 200,
  task: null,
  async run(deps: ArrayApiDeps) {
    const arrays = (await allArrays(deps)).filter(({ sdpId }) => sdpId !== '');
    const shown = arrays.map(async ({ sdpId, url }) => ({
      sdpId,
      url,
      version: (await liveArray(deps, sdpId)).version,
    }));
    return { body: flexDashboard(await Promise.all(shown)) };
  },
});
