/** The administrator of a site: from the environment, which wins at each start, or made once and printed. */
import { createStore } from '../../shared/adapters/store-dynamodb/store.ts';
import { newUser, type User, type UserChange } from '../../shared/domain/user.ts';
import { nowSeconds, systemClock } from '../../shared/ports/clock.ts';
import type { AuditEntry, Store } from '../../shared/ports/store.ts';
import { hashPassword, verifyPassword } from '../../shared/security/password.ts';
import type { TableAccess } from '../cloud/table-access.ts';
import { newPassword } from './site-secrets.ts';

export interface Admin {
  readonly user: string;
  /** Undefined when it was made at an earlier start and is known to its owner only. */
  readonly password: string | undefined;
  readonly isNew: boolean;
}

const entryOf = (subject: string): AuditEntry => ({
  atMilliseconds: systemClock.nowMilliseconds(),
  principal: 'site',
  operation: 'keep-admin',
  refId: '',
  sourceIp: '',
  subject,
  requestId: '',
});

const enabledAdmin: UserChange = { role: 'admin', isDisabled: false };

/** Only what is not so already: a start with the same settings ends nobody's session. */
async function bringBack(store: Store, user: User, password: string): Promise<void> {
  if (!(await verifyPassword(password, user.passwordHash))) {
    await store.setPassword(user.name, await hashPassword(password), null, entryOf(user.name));
  }
  if (user.role !== 'admin' || user.isDisabled) await store.changeUser(user.name, enabledAdmin, entryOf(user.name));
}

export async function ensureAdmin(
  table: TableAccess,
  given: { readonly user: string; readonly password: string | undefined },
): Promise<Admin> {
  const store = createStore(table.name, table.config);
  const existing = await store.getUser(given.user);
  if (existing !== undefined) {
    if (given.password !== undefined) await bringBack(store, existing, given.password);
    return { user: given.user, password: given.password, isNew: false };
  }
  const password = given.password ?? newPassword();
  const admin = newUser(
    { name: given.user, role: 'admin', passwordHash: await hashPassword(password) },
    nowSeconds(systemClock),
  );
  if (!(await store.createUser(admin, entryOf(given.user))))
    throw new Error(`somebody else made ${given.user} just now`);
  return { user: given.user, password, isNew: given.password === undefined };
}
