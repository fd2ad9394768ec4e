import { DomainError } from '../../../shared/domain/errors.ts';
import { type Principal, userNameOf } from '../../../shared/domain/token.ts';
import type { ApiCall } from '../../../shared/http/route.ts';

type Caller = Pick<ApiCall, 'principal'>;

const forUsers = (): DomainError => new DomainError('NotAllowed', 'not allowed: this call is for users');

/** Who logged in. The audiences `user-session` and `admin-session` admit nobody else. */
export function userOfSession({ principal }: Caller): Extract<Principal, { kind: 'user' }> {
  if (principal.kind !== 'user') throw forUsers();
  return principal;
}

/** Whose tokens the call is about: who logged in, or whom the program speaks for. The audience `user` admits nobody else. */
export function callingUser({
  principal,
}: Caller): Pick<Extract<Principal, { kind: 'user' }>, 'name' | 'role' | 'epoch'> {
  if (principal.kind === 'host') throw forUsers();
  return { name: userNameOf(principal), role: principal.role, epoch: principal.epoch };
}
