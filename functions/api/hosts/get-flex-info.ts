import * as z from 'zod/mini';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';

/** The connectivity test of the installer: any 200 will do. `ts` is our clock, Unix seconds. Flex contract, section 4.1. */
export const getFlexInfo = defineOperation({
  operation: 'get-flex-info',
  method: 'GET',
  path: '/api/v2/flex/info',
  capability: 'hosts',
  audience: 'viewer',
  summary: 'Say that the API is there',
  request: {},
  response: z.object({ name: z.literal('reprise'), ts: z.int() }),
  successStatus: 200,
  task: null,
  run: (deps: ApiDeps) => Promise.resolve({ body: { name: 'reprise', ts: nowSeconds(deps.clock) } }),
});
