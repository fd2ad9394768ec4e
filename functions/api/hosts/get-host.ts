import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { FlexHost, flexHost } from '../../../shared/faces/flex/flex-host.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';
import { HostId } from '../schema-words.ts';

/** One registered host. Flex contract, section 5. */
export const getHost = defineOperation({
  operation: 'get-host',
  method: 'GET',
  path: '/api/v1/hosts/{host_id}',
  aliases: ['/flex/api/v1/hosts/{host_id}', '/api/hostess/v1/hosts/{host_id}'],
  capability: 'hosts',
  audience: 'viewer',
  summary: 'Get one host',
  request: { path: z.object({ host_id: HostId }) },
  response: FlexHost,
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps, call) {
    const host = await deps.store.getHost(call.path.host_id);
    if (host === undefined) throw new DomainError('NotFound', `Host '${call.path.host_id}' not found`);
    return { body: flexHost(host, nowSeconds(deps.clock)) };
  },
});
