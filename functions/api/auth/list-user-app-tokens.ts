import * as z from 'zod/mini';
import { FlexAppToken } from '../../../shared/faces/flex/flex-user.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { NamedUser } from './schema-words.ts';
import { shownAppTokens } from './shown-app-tokens.ts';

/** App tokens of anybody, without their secrets. Ours; docs/users.md. */
export const listUserAppTokens = defineOperation({
  operation: 'list-user-app-tokens',
  method: 'GET',
  path: '/api/echo/v1/users/{user_name}/app_tokens',
  capability: 'auth',
  audience: 'admin',
  summary: "List a user's app tokens",
  request: { path: z.object({ user_name: NamedUser }) },
  response: z.array(FlexAppToken),
  successStatus: 200,
  task: null,
  run: async (deps: ApiDeps, call) => ({ body: await shownAppTokens(deps, call.path.user_name) }),
});
