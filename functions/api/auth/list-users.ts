import * as z from 'zod/mini';
import { FlexUser, flexUser } from '../../../shared/faces/flex/flex-user.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';

/** All users, by name. Ours; docs/users.md. */
export const listUsers = defineOperation({
  operation: 'list-users',
  method: 'GET',
  path: '/api/echo/v1/users',
  capability: 'auth',
  audience: 'admin',
  summary: 'List users',
  request: {},
  response: z.array(FlexUser),
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps) {
    return { body: (await deps.store.listUsers()).map(flexUser) };
  },
});
