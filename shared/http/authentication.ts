import { createHash } from 'node:crypto';
import { DomainError } from '../domain/errors.ts';
import { isExpired, mayCall, type Principal } from '../domain/token.ts';
import { type Clock, nowSeconds } from '../ports/clock.ts';
import type { AccessStore } from '../ports/store.ts';
import { type ApiEvent, headerOf } from './api-event.ts';
import type { Route } from './route.ts';

export interface AuthenticationDeps {
  readonly store: Pick<AccessStore, 'findToken'>;
  readonly clock: Clock;
  readonly settings: { readonly hostTokenMayOperate: boolean };
}

/** Only the hash of a token is stored. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** Nobody speaks on a public route. */
const nobody: Principal = { kind: 'user', name: '', role: 'viewer' };

/** Longer than any token we give; the hash of anything longer is not worth a look-up. */
const maxTokenLength = 512;

/** 403 for everything that is not a valid token, as a live Flex answers. Contract, section 2. */
export async function authenticate(deps: AuthenticationDeps, route: Route, event: ApiEvent): Promise<Principal> {
  if (route.audience === 'public') return nobody;
  const [, token] = /^Bearer\s+(\S+)\s*$/i.exec(headerOf(event, 'authorization')) ?? [];
  if (token === undefined || token.length > maxTokenLength) throw notAuthenticated();
  const found = await deps.store.findToken(hashToken(token));
  if (found === undefined || isExpired(found, nowSeconds(deps.clock))) throw notAuthenticated();
  if (!mayCall(found.principal, route.audience, deps.settings)) {
    throw new DomainError('NotAllowed', `not allowed: this call needs the role ${route.audience}`);
  }
  return found.principal;
}

const notAuthenticated = (): DomainError => new DomainError('NotAuthenticated', 'Not authenticated');
