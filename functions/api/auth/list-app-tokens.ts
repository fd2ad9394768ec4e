import * as z from 'zod/mini';
import { FlexAppToken } from '../../../shared/faces/flex/flex-user.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { shownAppTokens } from './shown-app-tokens.ts';
import { callingUser } from './user-of-session.ts';

/** The caller's own app tokens, without their secrets. Flex contract, section 2. */
export const listAppTokens = defineOperation({
  operation: 'list-app-tokens',
  method: 'GET',
  path: '/api/v2/flex_app_tokens',
  capability: 'auth',
  audience: 'user',
  summary: "List one's own app tokens",
  request: {},
  response: z.array(FlexAppToken),
  successStatus: 200,
  task: null,
  run: async (deps: ApiDeps, call) => ({ body: await shownAppTokens(deps, callingUser(call).name) }),
});
