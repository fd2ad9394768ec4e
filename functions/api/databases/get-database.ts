import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { FlexDatabase, flexDatabase } from '../../../shared/faces/flex/flex-host.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { HostId } from '../schema-words.ts';
import { liveDatabasesOf } from './live-databases.ts';

/** One database of a host. Flex contract, section 5.1. */
export const getDatabase = defineOperation({
  operation: 'get-database',
  method: 'GET',
  path: '/api/v1/hosts/{host_id}/databases/{db_id}',
  capability: 'databases',
  audience: 'viewer',
  summary: 'Get one database of a host',
  request: { path: z.object({ host_id: HostId, db_id: z.string() }) },
  response: FlexDatabase,
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps, call) {
    const { host_id: hostId, db_id: dbId } = call.path;
    const database = (await liveDatabasesOf(deps.store, hostId)).find((one) => one.dbId === dbId);
    if (database === undefined) throw new DomainError('NotFound', `Database '${dbId}' not found on host '${hostId}'`);
    return { body: flexDatabase(database) };
  },
});
