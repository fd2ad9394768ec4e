import * as z from 'zod/mini';
import type { User } from '../../../shared/domain/user.ts';
import { hashToken, userToken } from '../../../shared/http/authentication.ts';
import { BadRequest } from '../../../shared/http/http-errors.ts';
import { type ApiAnswer, type ApiCall, defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { unusableHash, verifyPassword } from '../../../shared/security/password.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { beginAttempt, giveBack, type LoginAttempt, newlyKnown, refuse, tooMany } from './login-attempt.ts';
import { passwordsByName, readLoginForm } from './login-form.ts';

/** Life of a user's token. Flex contract, section 2. */
const tokenLifeSeconds = 604_800;

/** A disabled user is as good as none, after the same work. */
async function userWith({ user }: LoginAttempt, passwords: readonly string[]): Promise<User | undefined> {
  const hashed = user?.passwordHash ?? unusableHash;
  const matches = await Promise.all(passwords.map((password) => verifyPassword(password, hashed)));
  return matches.includes(true) && user?.isDisabled === false ? user : undefined;
}

async function openSession(deps: ApiDeps, call: ApiCall, attempt: LoginAttempt, user: User): Promise<ApiAnswer> {
  const principal = { kind: 'user', name: user.name, role: user.role, epoch: user.tokenEpoch } as const;
  const now = nowSeconds(deps.clock);
  const token = userToken(user.name, deps.ids.token());
  const expiresAtSeconds = now + tokenLifeSeconds;
  await deps.store.openSession(
    { tokenHash: hashToken(token), principal, createdAtSeconds: now, expiresAtSeconds },
    newlyKnown(attempt, user, now),
    auditEntry(deps.clock, { ...call, principal }, 'login', user.name),
  );
  const expiresOn = new Date(expiresAtSeconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return { body: { access_token: token, expiresIn: tokenLifeSeconds, expiresOn } };
}

/** Takes user name and password, gives a bearer token. Wrong ones are 401, too many 429. Flex contract, section 2. */
export const login = defineOperation({
  operation: 'login',
  method: 'POST',
  path: '/api/v1/auth/local/login',
  capability: 'auth',
  audience: 'public',
  summary: 'Log in with user name and password',
  request: {},
  bodyFormat: 'form',
  response: z.object({ access_token: z.string(), expiresIn: z.int(), expiresOn: z.string() }),
  successStatus: 200,
  task: null,
  secret: 'answer',
  async run(deps: ApiDeps, call) {
    const readings = readLoginForm(call.rawBody);
    if (readings.length === 0) {
      throw new BadRequest([{ loc: ['body'], msg: 'needs the fields username and password', type: 'missing' }]);
    }
    const failed: LoginAttempt[] = [];
    let refusal: ApiAnswer = { status: 401, body: { detail: 'wrong user name or password' } };
    // One after the other: a reading that nobody meant costs its network nothing where another one is right.
    for (const [name, passwords] of passwordsByName(readings)) {
      const attempt = await beginAttempt(deps, call, name, 'login-failed');
      if (attempt.waitSeconds > 0) {
        refusal = tooMany(attempt);
        break;
      }
      const user = await userWith(attempt, passwords);
      if (user !== undefined) {
        for (const taken of [...failed, attempt]) await giveBack(deps, taken);
        return openSession(deps, call, attempt, user);
      }
      failed.push(attempt);
    }
    for (const attempt of failed) await refuse(deps, call, attempt);
    return refusal;
  },
});
