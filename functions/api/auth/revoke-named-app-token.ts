import * as z from 'zod/mini';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { revokeToken } from './revoke-token.ts';
import { AppTokenId } from './schema-words.ts';
import { callingUser } from './user-of-session.ts';

/** `revoke-app-token` for clients that name the token in the path. Ours; docs/users.md. */
export const revokeNamedAppToken = defineOperation({
  operation: 'revoke-named-app-token',
  method: 'DELETE',
  path: '/api/v2/flex_app_tokens/{token_id}',
  capability: 'auth',
  audience: 'user',
  summary: "Revoke one of one's own app tokens, named in the path",
  request: { path: z.object({ token_id: AppTokenId }) },
  response: null,
  successStatus: 204,
  task: null,
  run: (deps: ApiDeps, call) => revokeToken(deps, call, callingUser(call).name, call.path.token_id),
});
