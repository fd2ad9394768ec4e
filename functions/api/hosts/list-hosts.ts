import * as z from 'zod/mini';
import { FlexHost, flexHost } from '../../../shared/faces/flex/flex-host.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';

/** All hosts; 204 without a body when there are none. Flex contract, section 4. */
export const listHosts = defineOperation({
  operation: 'list-hosts',
  method: 'GET',
  path: '/api/v1/hosts',
  aliases: ['/flex/api/v1/hosts', '/api/hostess/v1/hosts'],
  capability: 'hosts',
  audience: 'viewer',
  summary: 'List hosts',
  request: {},
  response: z.array(FlexHost),
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps) {
    const hosts = await deps.store.listHosts();
    if (hosts.length === 0) return { status: 204 };
    const now = nowSeconds(deps.clock);
    return { body: hosts.map((host) => flexHost(host, now)) };
  },
});
