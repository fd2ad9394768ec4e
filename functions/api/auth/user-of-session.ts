import { DomainError } from '../../../shared/domain/errors.ts';
import type { Principal } from '../../../shared/domain/token.ts';
import type { ApiCall } from '../../../shared/http/route.ts';

/** Who logged in. The audiences `user` and `admin-session` admit nobody else. */
export function userOfSession({ principal }: Pick<ApiCall, 'principal'>): Extract<Principal, { kind: 'user' }> {
  if (principal.kind !== 'user') throw new DomainError('NotAllowed', 'not allowed: this call is for users');
  return principal;
}
