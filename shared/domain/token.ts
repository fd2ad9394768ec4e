/** Who speaks, and what they may do. */
export type Role = 'admin' | 'operator' | 'viewer';

export type Principal =
  | { readonly kind: 'user'; readonly name: string; readonly role: Role }
  | { readonly kind: 'app'; readonly name: string; readonly role: Role }
  | { readonly kind: 'host'; readonly hostId: string };

/** A bearer token as stored: only its hash. */
export interface Token {
  readonly tokenHash: string;
  readonly principal: Principal;
  readonly createdAtSeconds: number;
  /** 0: does not expire. */
  readonly expiresAtSeconds: number;
}

export const principalName = (principal: Principal): string =>
  principal.kind === 'host' ? `host:${principal.hostId}` : `${principal.kind}:${principal.name}`;

export const isExpired = (token: Token, nowSeconds: number): boolean =>
  token.expiresAtSeconds !== 0 && token.expiresAtSeconds <= nowSeconds;

/**
 * Who may call a route. `public`: nobody is authenticated (login only). `viewer`: reads. `operator`: starts operations.
 * `admin`: manages hosts and access. `host`: an agent speaking for its own host.
 */
export type Audience = 'public' | 'viewer' | 'operator' | 'admin' | 'host';

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
    case 'viewer':
      return principal.kind === 'host' || rolesFor.viewer.includes(principal.role);
    case 'operator':
      return principal.kind === 'host' ? settings.hostTokenMayOperate : rolesFor.operator.includes(principal.role);
    case 'admin':
      return principal.kind !== 'host' && rolesFor.admin.includes(principal.role);
  }
}

export interface User {
  readonly name: string;
  readonly role: Role;
  /** `scrypt$N$r$p$salt$hash`, base64. */
  readonly passwordHash: string;
}
