/** The administrator of a deployment: the one user that no route can make, because every route that makes users asks for one. */
import type { Clock } from '../../shared/ports/clock.ts';
import type { AccessStore } from '../../shared/ports/store.ts';
import { hashPassword } from '../../shared/security/password.ts';

export interface KeepAdminDeps {
  readonly store: Pick<AccessStore, 'getUser' | 'putUser' | 'putAudit'>;
  readonly clock: Clock;
  /** Who runs the command, for the audit: an ARN. */
  readonly caller: string;
}

/**
 * Makes the user, or gives it a new password. Its open sessions go on until their tokens end. The audit entry comes first,
 * so that no change is without one: dying between the two leaves an entry too many, and the command may be run again.
 * @throws Error for a user of another role: nobody's rights are raised by a slip of the name.
 */
export async function keepAdmin(
  { store, clock, caller }: KeepAdminDeps,
  { user, password }: { readonly user: string; readonly password: string },
): Promise<'made' | 'password changed'> {
  const existing = await store.getUser(user);
  if (existing !== undefined && existing.role !== 'admin')
    throw new Error(`there is a user ${user} already, and its role is ${existing.role}`);
  await store.putAudit({
    atMilliseconds: clock.nowMilliseconds(),
    principal: `command-line:${caller}`,
    operation: 'keep-admin',
    refId: '',
    sourceIp: '',
    subject: user,
    requestId: '',
  });
  await store.putUser({ name: user, role: 'admin', passwordHash: await hashPassword(password) });
  return existing === undefined ? 'made' : 'password changed';
}
