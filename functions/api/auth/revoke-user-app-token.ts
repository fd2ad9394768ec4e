import * as z from 'zod/mini';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { revokeToken } from './revoke-token.ts';
import { AppTokenId, NamedUser } from './schema-words.ts';

/** Revokes an app token of anybody; the next call with it is refused. Ours; docs/users.md. */
export const revokeUserAppToken = defineOperation({
  operation: 'revoke-user-app-token',
  method: 'DELETE',
  path: '/api/echo/v1/users/{user_name}/app_tokens/{token_id}',
  capability: 'auth',
  audience: 'admin',
  summary: "Revoke a user's app token",
  request: { path: z.object({ user_name: NamedUser, token_id: AppTokenId }) },
  response: null,
  successStatus: 204,
  task: null,
  run: (deps: ApiDeps, call) => revokeToken(deps, call, call.path.user_name, call.path.token_id),
});
