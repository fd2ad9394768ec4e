import * as z from 'zod/mini';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { revokeToken } from './revoke-token.ts';
import { AppTokenId } from './schema-words.ts';
import { userOfSession } from './user-of-session.ts';

/** Revokes one of the caller's own app tokens, named in the body; the next call with it is refused. Flex contract, section 2. */
export const revokeAppToken = defineOperation({
  operation: 'revoke-app-token',
  method: 'DELETE',
  path: '/api/v2/flex_app_tokens',
  capability: 'auth',
  audience: 'user',
  summary: "Revoke one of one's own app tokens",
  request: { body: z.object({ id: AppTokenId }) },
  response: null,
  successStatus: 204,
  task: null,
  run: (deps: ApiDeps, call) => revokeToken(deps, call, userOfSession(call).name, call.body.id),
});
