import * as z from 'zod/mini';
import { BadRequest, type FieldProblem } from '../../../shared/http/http-errors.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { revokeToken } from './revoke-token.ts';
import { AppTokenId } from './schema-words.ts';
import { callingUser } from './user-of-session.ts';

const Named = z.object({ id: z.optional(AppTokenId) });

const problem = (where: 'body' | 'query', msg: string, type: string): FieldProblem => ({
  loc: [where, 'id'],
  msg,
  type,
});

/** Clients name it in either place; two names would leave open which one is meant. */
function namedIn({ body, query }: Readonly<Record<'body' | 'query', z.infer<typeof Named>>>): string {
  const id = body.id ?? query.id;
  if (id === undefined) throw new BadRequest([problem('body', 'is required, here or in the query', 'missing')]);
  if (query.id === undefined || query.id === id) return id;
  throw new BadRequest([problem('query', 'is another one than in the body', 'ambiguous')]);
}

/**
 * Revokes one of the caller's own app tokens, named in the body or the query; the next call with it is refused. Flex
 * contract, section 2.
 */
export const revokeAppToken = defineOperation({
  operation: 'revoke-app-token',
  method: 'DELETE',
  path: '/api/v2/flex_app_tokens',
  capability: 'auth',
  audience: 'user',
  summary: "Revoke one of one's own app tokens",
  request: { body: Named, query: Named },
  response: null,
  successStatus: 204,
  task: null,
  run: (deps: ApiDeps, call) => revokeToken(deps, call, callingUser(call).name, namedIn(call)),
});
