import * as z from 'zod/mini';
import { FlexDatabase, flexDatabase } from '../../../shared/faces/flex/flex-host.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { HostId } from '../schema-words.ts';
import { liveDatabasesOf } from './live-databases.ts';

/** Databases of a host; `[]` when it has none. Flex contract, section 5.1. */
export const listDatabases = defineOperation({
  operation: 'list-databases',
  method: 'GET',
  path: '/api/v1/hosts/{host_id}/databases',
  capability: 'databases',
  audience: 'viewer',
  summary: 'List the databases of a host',
  request: { path: z.object({ host_id: HostId }) },
  response: z.array(FlexDatabase),
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps, call) {
    const databases = await liveDatabasesOf(deps.store, call.path.host_id);
    return { body: databases.map(flexDatabase) };
  },
});
