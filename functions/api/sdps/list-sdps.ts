import * as z from 'zod/mini';
import { FlexSdp, flexSdp } from '../../../shared/faces/flex/flex-sdp.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ArrayApiDeps } from '../api-deps.ts';
import { deploymentArray } from './deployment-array.ts';

/** All arrays, as they are recorded; only the deployment's own is asked, who it is. Ours. */
export const listSdps = defineOperation({
  operation: 'list-sdps',
  method: 'GET',
  path: '/api/echo/v1/sdps',
  capability: 'sdps',
  audience: 'admin',
  summary: 'List storage arrays',
  request: {},
  response: z.array(FlexSdp),
  successStatus: 200,
  task: null,
  async run(deps: ArrayApiDeps) {
    const [own, registered] = await Promise.all([deploymentArray(deps), deps.store.listArrays()]);
    return { body: [...(own === undefined ? [] : [own]), ...registered].map(flexSdp) };
  },
});
