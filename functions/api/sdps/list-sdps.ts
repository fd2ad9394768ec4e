import * as z from 'zod/mini';
import { FlexSdp, flexSdp } from '../../../shared/faces/flex/flex-sdp.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ArrayApiDeps } from '../api-deps.ts';
import { allArrays } from './deployment-array.ts';

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
    return { body: (await allArrays(deps)).map(flexSdp) };
  },
});
