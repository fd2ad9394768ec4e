/** Who speaks, and what they may do. */
import type { Role, User } from './user.ts';

interface OfUser {
  readonly name: string;
  readonly role: Role;
  /** The user's when the token was given: tokens of an earlier one are dead. */
  readonly epoch: number;
}

/** `app`: a program that speaks for the user who made its token; the name is the program's. */
export type Principal =
  | ({ readonly kind: 'user' } & OfUser)
  | ({ readonly kind: 'app'; readonly user: string; readonly tokenId: string } & OfUser)
  | { readonly kind: 'host'; readonly hostId: string };

/** A bearer token as stored: only its hash. */
export interface Token {
  readonly tokenHash: string;
  readonly principal: Principal;
  readonly createdAtSeconds: number;
  /** 0: does not expire. */
  readonly expiresAtSeconds: number;
  /** Of an app, noted every `lastUseNotedEverySeconds` at most; absent before its first use. */
  readonly lastUsedSeconds?: number | undefined;
}

/** A user's token for a program, as its user sees it. */
export interface AppToken {
  readonly user: string;
  readonly tokenId: string;
  readonly tokenHash: string;
  readonly name: string;
  readonly description: string;
  readonly createdAtSeconds: number;
  /** 0: does not expire. */
  readonly expiresAtSeconds: number;
  readonly epoch: number;
  /** 0: never. */
  readonly lastUsedSeconds: number;
}

export const principalName = (principal: Principal): string => {
  switch (principal.kind) {
    case 'host':
      return `host:${principal.hostId}`;
    case 'app':
      return `app:${principal.user}/${principal.name}`;
    case 'user':
      return `user:${principal.name}`;
  }
};

/** For whom a token speaks that is no host's. */
export const userNameOf = (principal: Exclude<Principal, { kind: 'host' }>): string =>
  principal.kind === 'app' ? principal.user : principal.name;

/** Revoking all of a user's tokens is one write to the user: a new epoch. */
export const isHonoured = (
  { epoch }: { readonly epoch: number },
  user: Pick<User, 'isDisabled' | 'tokenEpoch'>,
): boolean => !user.isDisabled && epoch === user.tokenEpoch;

/** A last use is worth a write when the one that is noted is this old. */
const lastUseNotedEverySeconds = 300;

export const isUseWorthNoting = (token: Token, nowSeconds: number): boolean =>
  nowSeconds - (token.lastUsedSeconds ?? 0) >= lastUseNotedEverySeconds;

export const isExpired = (token: Pick<Token, 'expiresAtSeconds'>, nowSeconds: number): boolean =>
  token.expiresAtSeconds !== 0 && token.expiresAtSeconds <= nowSeconds;

/**
 * Who may call a route. `public`: nobody is authenticated (login only). `viewer`: reads. `operator`: starts operations.
 * `admin`: manages hosts and access. `admin-session`: an admin who logged in, not their program, so that a token that
 * leaked makes nobody who outlives it. `host`: an agent speaking for its own host. `user`: a user about what is theirs, or
 * a program for its user. `user-session`: the same, of somebody who logged in.
 */
export type Audience = 'public' | 'viewer' | 'operator' | 'admin' | 'admin-session' | 'host' | 'user' | 'user-session';

const rolesFor: Readonly<Record<'viewer' | 'operator' | 'admin', readonly Role[]>> = {
  viewer: ['viewer', 'operator', 'admin'],
  operator: ['operator', 'admin'],
  admin: ['admin'],
};

/**
 * Default deny. A host token reads the API and speaks for its host; it starts operations only where the deployment
 * lets it (`hostTokenMayOperate`), as Flex does (contract, section 2).
 */
export function mayCall(
  principal: Principal,
  audience: Audience,
  settings: { readonly hostTokenMayOperate: boolean },
): boolean {
  switch (audience) {
    case 'public':
      return true;
    case 'host':
      return principal.kind === 'host';
    case 'user':
      return principal.kind !== 'host';
    case 'user-session':
      return principal.kind === 'user';
    case 'admin-session':
      return principal.kind === 'user' && rolesFor.admin.includes(principal.role);
    case 'viewer':
      return principal.kind === 'host' || rolesFor.viewer.includes(principal.role);
    case 'operator':
      return principal.kind === 'host' ? settings.hostTokenMayOperate : rolesFor.operator.includes(principal.role);
    case 'admin':
      return principal.kind !== 'host' && rolesFor.admin.includes(principal.role);
  }
}
