import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { knownPlace } from '../../../shared/domain/login-brake.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { hashPassword, verifyPassword } from '../../../shared/security/password.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { noSuchUser } from './existing-user.ts';
import { beginAttempt, refuse, tooMany } from './login-attempt.ts';
import { NewPassword } from './schema-words.ts';
import { userOfSession } from './user-of-session.ts';

/**
 * Changes the caller's password; all their tokens are dead from then on, that of this call too. A stolen session may try
 * the current one no faster than a login. Ours; docs/users.md.
 */
export const changeOwnPassword = defineOperation({
  operation: 'change-own-password',
  method: 'PUT',
  path: '/api/echo/v1/me/password',
  capability: 'auth',
  audience: 'user-session',
  summary: "Change one's own password",
  request: {
    body: z.object({
      current_password: z.string().check(z.minLength(1), z.maxLength(1024)),
      new_password: NewPassword,
    }),
  },
  response: null,
  successStatus: 204,
  task: null,
  secret: 'request',
  async run(deps: ApiDeps, call) {
    const { name } = userOfSession(call);
    const attempt = await beginAttempt(deps, call, name, 'change-own-password-failed');
    if (attempt.waitSeconds > 0) return tooMany(attempt);
    const { user, known } = attempt;
    if (user === undefined) throw noSuchUser(name);
    const { passwordHash, tokenEpoch } = user;
    if (!(await verifyPassword(call.body.current_password, passwordHash))) {
      await refuse(deps, call, attempt);
      throw new DomainError('NotAllowed', 'the current password is another one');
    }
    const entry = auditEntry(deps.clock, call, 'change-own-password', name);
    const next = await hashPassword(call.body.new_password);
    // Or whoever is being guessed at would be held up by a new password.
    const own = { replaces: passwordHash, known: knownPlace(known.key, tokenEpoch + 1, nowSeconds(deps.clock)) };
    if (await deps.store.setPassword(name, next, own, entry)) return {};
    throw new DomainError('Conflict', 'the password was set by somebody else meanwhile');
  },
});
