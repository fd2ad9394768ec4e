/** What an operator with access to the table may do about people: the first administrator, and a way back in. */
import { newUser } from '../../shared/domain/user.ts';
import type { UserStore } from '../../shared/ports/access-store.ts';
import { type Clock, nowSeconds } from '../../shared/ports/clock.ts';
import type { AuditEntry } from '../../shared/ports/store.ts';
import { hashPassword } from '../../shared/security/password.ts';

export interface KeepAdminDeps {
  readonly store: Pick<UserStore, 'getUser' | 'createUser' | 'setPassword' | 'changeUser'>;
  readonly clock: Clock;
  /** Who runs the command, for the audit: an ARN. */
  readonly caller: string;
}

interface Wanted {
  readonly user: string;
  readonly password: string;
}

const entryOf = ({ clock, caller }: KeepAdminDeps, operation: string, subject: string): AuditEntry => ({
  atMilliseconds: clock.nowMilliseconds(),
  principal: `command-line:${caller}`,
  operation,
  refId: '',
  sourceIp: '',
  subject,
  requestId: '',
});

/** A new password, which ends every session and app token of the user; who was disabled is enabled by it. */
async function giveBack(deps: KeepAdminDeps, { user, password }: Wanted, operation: string): Promise<void> {
  const { store } = deps;
  // Enabled last: until then the old password, which may be why the user was disabled, opens nothing.
  await store.setPassword(user, await hashPassword(password), null, entryOf(deps, operation, user));
  if ((await store.getUser(user))?.isDisabled === true) {
    await store.changeUser(user, { isDisabled: false }, entryOf(deps, operation, user));
  }
}

/**
 * Makes the user an administrator who may log in, or gives one that is there a new password.
 * @throws Error for a user of another role: nobody's rights are raised by a slip of the name.
 */
export async function keepAdmin(deps: KeepAdminDeps, wanted: Wanted): Promise<'made' | 'password changed'> {
  const existing = await deps.store.getUser(wanted.user);
  if (existing !== undefined && existing.role !== 'admin')
    throw new Error(`there is a user ${wanted.user} already, and its role is ${existing.role}`);
  if (existing === undefined) {
    const passwordHash = await hashPassword(wanted.password);
    const made = newUser({ name: wanted.user, role: 'admin', passwordHash }, nowSeconds(deps.clock));
    if (await deps.store.createUser(made, entryOf(deps, 'keep-admin', wanted.user))) return 'made';
    throw new Error(`somebody else made the user ${wanted.user} at this moment: run it again`);
  }
  await giveBack(deps, wanted, 'keep-admin');
  return 'password changed';
}

/**
 * Gives a user of any role a new password, and makes nobody.
 * @throws Error when there is no such user.
 */
export async function resetPassword(deps: KeepAdminDeps, wanted: Wanted): Promise<'password changed'> {
  if ((await deps.store.getUser(wanted.user)) === undefined) throw new Error(`there is no user ${wanted.user}`);
  await giveBack(deps, wanted, 'reset-password');
  return 'password changed';
}
