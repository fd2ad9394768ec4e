import * as z from 'zod/mini';
import { version } from '../../../package.json';
import { defineOperation } from '../../../shared/http/route.ts';

/** The version of the product, for clients that compare it with their own. Ours: no contract has it. */
export const getVersion = defineOperation({
  operation: 'get-version',
  method: 'GET',
  path: '/api/v1/version',
  capability: 'hosts',
  audience: 'viewer',
  summary: 'Say which version this is',
  request: {},
  response: z.object({ version: z.string() }),
  successStatus: 200,
  task: null,
  run: () => Promise.resolve({ body: { version } }),
});
