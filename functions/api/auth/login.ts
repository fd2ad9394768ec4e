import * as z from 'zod/mini';
import type { User } from '../../../shared/domain/token.ts';
import { hashToken } from '../../../shared/http/authentication.ts';
import { BadRequest } from '../../../shared/http/http-errors.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { verifyPassword } from '../../../shared/security/password.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { readLoginForm } from './login-form.ts';

/** Life of a user's token. Flex contract, section 2. */
const tokenLifeSeconds = 604_800;

/** Longer than any user's name, and short enough to be a key of the table. */
const maxUserNameLength = 256;

/** Compared against when the user is unknown, so that both cases take the same time. */
const unusableHash = `scrypt$16384$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

async function findUser(deps: ApiDeps, form: string): Promise<User | undefined> {
  const readings = readLoginForm(form);
  if (readings.length === 0) {
    throw new BadRequest([{ loc: ['body'], msg: 'needs the fields username and password', type: 'missing' }]);
  }
  for (const { username, password } of readings) {
    const plausible = username !== '' && username.length <= maxUserNameLength;
    const user = plausible ? await deps.store.getUser(username) : undefined;
    if (await verifyPassword(password, user?.passwordHash ?? unusableHash)) return user;
  }
  return undefined;
}

/** Takes user name and password, gives a bearer token. Wrong ones are 401. Flex contract, section 2. */
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
    const user = await findUser(deps, call.rawBody);
    if (user === undefined) return { status: 401, body: { detail: 'wrong user name or password' } };
    const principal = { kind: 'user', name: user.name, role: user.role } as const;
    const now = nowSeconds(deps.clock);
    const token = deps.ids.token();
    const expiresAtSeconds = now + tokenLifeSeconds;
    await deps.store.putToken({ tokenHash: hashToken(token), principal, createdAtSeconds: now, expiresAtSeconds });
    await deps.store.putAudit(auditEntry(deps.clock, { ...call, principal }, 'login', user.name));
    const expiresOn = new Date(expiresAtSeconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
    return { body: { access_token: token, expiresIn: tokenLifeSeconds, expiresOn } };
  },
});
