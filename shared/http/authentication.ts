import { createHash } from 'node:crypto';
import { DomainError, isDomainError } from '../domain/errors.ts';
import {
  isExpired,
  isHonoured,
  isUseWorthNoting,
  mayCall,
  type Principal,
  principalName,
  type Token,
  userNameOf,
} from '../domain/token.ts';
import { isUserName, type User } from '../domain/user.ts';
import type { AccessStore } from '../ports/access-store.ts';
import { type Clock, nowSeconds } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { type ApiEvent, headerOf } from './api-event.ts';
import type { Route } from './route.ts';

export interface AuthenticationDeps {
  readonly store: Pick<AccessStore, 'findBearer' | 'noteTokenUse'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly settings: { readonly hostTokenMayOperate: boolean };
}

/** Only the hash of a token is stored. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Tokens of users begin with the user's name, so that token and user are one read. Opaque to clients; at most 128
 * characters, as the contract has it, with a name of `maxUserNameBytes` and a secret of 32 characters.
 */
export const userToken = (userName: string, secret: string): string =>
  `${Buffer.from(userName).toString('base64url')}.${secret}`;

/** Null for a host's token, which names nobody. */
const userNameIn = (token: string): string | null => {
  const end = token.indexOf('.');
  const name = Buffer.from(token.slice(0, Math.max(0, end)), 'base64url').toString();
  return isUserName(name) ? name : null;
};

/** Nobody speaks on a public route. */
const nobody: Principal = { kind: 'user', name: '', role: 'viewer', epoch: 0 };

/** Longer than any token we give; the hash of anything longer is not worth a look-up. */
const maxTokenLength = 512;

/**
 * Who holds the token by now; undefined when it is worth nothing any more. The user is read at every call: a role that
 * changed, a user who was disabled and a password that was set hold at once, whatever was handed out before.
 */
function holderOf(token: Token, user: User | undefined): Principal | undefined {
  const { principal } = token;
  if (principal.kind === 'host') return principal;
  return user?.name === userNameOf(principal) && isHonoured(principal, user)
    ? { ...principal, role: user.role }
    : undefined;
}

/** Bookkeeping: a table that cannot note the use now costs the caller nothing. */
async function noteUse({ store, log }: AuthenticationDeps, token: Token, now: number): Promise<void> {
  try {
    await store.noteTokenUse(token, now);
  } catch (error) {
    if (!isDomainError(error, 'Busy')) throw error;
    log.warn('the use of an app token was not noted', { principal: principalName(token.principal), error: error.code });
  }
}

/** 403 for everything that is not a valid token, as a live Flex answers. Contract, section 2. */
export async function authenticate(deps: AuthenticationDeps, route: Route, event: ApiEvent): Promise<Principal> {
  if (route.audience === 'public') return nobody;
  const [, text] = /^Bearer\s+(\S+)\s*$/i.exec(headerOf(event, 'authorization')) ?? [];
  if (text === undefined || text.length > maxTokenLength) throw notAuthenticated();
  const { token, user } = await deps.store.findBearer(hashToken(text), userNameIn(text));
  const now = nowSeconds(deps.clock);
  if (token === undefined || isExpired(token, now)) throw notAuthenticated();
  const principal = holderOf(token, user);
  if (principal === undefined) throw notAuthenticated();
  if (!mayCall(principal, route.audience, deps.settings)) {
    throw new DomainError('NotAllowed', `not allowed: this call needs the role ${route.audience}`);
  }
  if (principal.kind === 'app' && isUseWorthNoting(token, now)) await noteUse(deps, token, now);
  return principal;
}

const notAuthenticated = (): DomainError => new DomainError('NotAuthenticated', 'Not authenticated');
