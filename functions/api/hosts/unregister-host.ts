import * as z from 'zod/mini';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { HostId } from '../schema-words.ts';

/**
 * Takes the registration and the token away; lineage and snapshots of the host id stay, since the installer always
 * unregisters before it registers. 204 also when it was not there. Flex contract, section 5.
 */
export const unregisterHost = defineOperation({
  operation: 'unregister-host',
  method: 'DELETE',
  path: '/api/v1/hosts/{host_id}',
  aliases: ['/flex/api/v1/hosts/{host_id}', '/api/hostess/v1/hosts/{host_id}'],
  capability: 'hosts',
  audience: 'admin',
  summary: 'Unregister a host',
  request: { path: z.object({ host_id: HostId }) },
  response: null,
  successStatus: 204,
  task: null,
  async run(deps: ApiDeps, call) {
    await deps.store.unregister(call.path.host_id, auditEntry(deps.clock, call, 'unregister-host', call.path.host_id));
    return {};
  },
});
