import * as z from 'zod/mini';
import type { User } from '../../../shared/domain/user.ts';
import { hashToken, maxUserNameBytes, userToken } from '../../../shared/http/authentication.ts';
import { BadRequest } from '../../../shared/http/http-errors.ts';
import { type ApiAnswer, type ApiCall, defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { verifyPassword } from '../../../shared/security/password.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { beginAttempt, type LoginAttempt, refuse, tooMany, welcome } from './login-attempt.ts';
import { passwordsByName, readLoginForm } from './login-form.ts';

/** Life of a user's token. Flex contract, section 2. */
const tokenLifeSeconds = 604_800;

/** Compared against when the user is unknown, so that both cases take the same time. */
const unusableHash = `scrypt$16384$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** A disabled user is as good as none, after the same work. */
async function userWith({ store }: ApiDeps, name: string, passwords: readonly string[]): Promise<User | undefined> {
  const plausible = name !== '' && Buffer.byteLength(name) <= maxUserNameBytes;
  const user = plausible ? await store.getUser(name) : undefined;
  const stored = user?.passwordHash ?? unusableHash;
  const matches = await Promise.all(passwords.map((password) => verifyPassword(password, stored)));
  return matches.includes(true) && user?.isDisabled === false ? user : undefined;
}

async function openSession(deps: ApiDeps, call: ApiCall, user: User): Promise<ApiAnswer> {
  const principal = { kind: 'user', name: user.name, role: user.role, epoch: user.tokenEpoch } as const;
  const now = nowSeconds(deps.clock);
  const token = userToken(user.name, deps.ids.token());
  const expiresAtSeconds = now + tokenLifeSeconds;
  await deps.store.openSession(
    { tokenHash: hashToken(token), principal, createdAtSeconds: now, expiresAtSeconds },
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
  async run(deps: ApiDeps, call) {
    const readings = readLoginForm(call.rawBody);
    if (readings.length === 0) {
      throw new BadRequest([{ loc: ['body'], msg: 'needs the fields username and password', type: 'missing' }]);
    }
    const failed: LoginAttempt[] = [];
    let refusal: ApiAnswer = { status: 401, body: { detail: 'wrong user name or password' } };
    // One after the other: a reading that nobody meant costs its name nothing where another one is right.
    for (const [name, passwords] of passwordsByName(readings)) {
      const attempt = await beginAttempt(deps, call, name);
      if (attempt.waitSeconds > 0) {
        refusal = tooMany(attempt);
        break;
      }
      const user = await userWith(deps, name, passwords);
      if (user !== undefined) {
        await welcome(deps, attempt);
        return openSession(deps, call, user);
      }
      failed.push(attempt);
    }
    for (const attempt of failed) await refuse(deps, call, 'login-failed', attempt);
    return refusal;
  },
});
