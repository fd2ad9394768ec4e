import * as z from 'zod/mini';
import { FlexUser, flexUser } from '../../../shared/faces/flex/flex-user.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { existingUser } from './existing-user.ts';
import { NamedUser } from './schema-words.ts';

/** One user. Ours; docs/users.md. */
export const getUser = defineOperation({
  operation: 'get-user',
  method: 'GET',
  path: '/api/echo/v1/users/{user_name}',
  capability: 'auth',
  audience: 'admin',
  summary: 'Get one user',
  request: { path: z.object({ user_name: NamedUser }) },
  response: FlexUser,
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps, call) {
    return { body: flexUser(await existingUser(deps.store, call.path.user_name)) };
  },
});
