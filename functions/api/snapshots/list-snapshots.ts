import * as z from 'zod/mini';
import { FlexSnapshot, flexSnapshot } from '../../../shared/faces/flex/flex-snapshot.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { wholeList } from '../../../shared/http/whole-list.ts';
import type { ApiDeps } from '../api-deps.ts';

const instead = 'there is no list in pages yet: retention that keeps fewer snapshots makes it answer again';

/** All snapshots of finished tasks; `[]` when there are none, 503 past 5 MB. Flex contract, section 10. */
export const listSnapshots = defineOperation({
  operation: 'list-snapshots',
  method: 'GET',
  path: '/api/echo/v1/db_snapshots',
  aliases: ['/api/ocie/v1/db_snapshots', '/flex/api/v1/db_snapshots'],
  capability: 'snapshots',
  audience: 'viewer',
  summary: 'List snapshots',
  request: {},
  response: z.array(FlexSnapshot),
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps) {
    return wholeList((await deps.store.listSnapshots()).map(flexSnapshot), 'the list of snapshots', instead);
  },
});
