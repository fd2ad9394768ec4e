import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { hashPassword } from '../../../shared/security/password.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { existingUser, noSuchUser } from './existing-user.ts';
import { NamedUser, NewPassword } from './schema-words.ts';
import { userOfSession } from './user-of-session.ts';

/** Gives somebody else a new password; all their tokens are dead from then on. Ours; docs/users.md. */
export const setPassword = defineOperation({
  operation: 'set-password',
  method: 'PUT',
  path: '/api/echo/v1/users/{user_name}/password',
  capability: 'auth',
  audience: 'admin-session',
  summary: "Set another user's password",
  request: { path: z.object({ user_name: NamedUser }), body: z.object({ password: NewPassword }) },
  response: null,
  successStatus: 204,
  task: null,
  secret: 'request',
  async run(deps: ApiDeps, call) {
    const name = call.path.user_name;
    await existingUser(deps.store, name);
    if (userOfSession(call).name === name) {
      throw new DomainError('Refused', 'your own password is changed at me/password, with the current one');
    }
    const entry = auditEntry(deps.clock, call, 'set-password', name);
    if (!(await deps.store.setPassword(name, await hashPassword(call.body.password), null, entry))) {
      throw noSuchUser(name);
    }
    return {};
  },
});
