import * as z from 'zod/mini';
import { FlexSnapshot, flexSnapshot } from '../../../shared/faces/flex/flex-snapshot.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';

/** All snapshots of finished tasks; `[]` when there are none. Flex contract, section 10. */
export const listSnapshots = defineOperation({
  operation: 'list-snapshots',
  method: 'GET',
  path: '/api/echo/v1/db_snapshots',
  capability: 'snapshots',
  audience: 'viewer',
  summary: 'List snapshots',
  request: {},
  response: z.array(FlexSnapshot),
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps) {
    return { body: (await deps.store.listSnapshots()).map(flexSnapshot) };
  },
});
