/** The administrator of a site: from the environment, which wins at each start, or made once and printed. */
import { createStore } from '../../shared/adapters/store-dynamodb/store.ts';
import { hashPassword } from '../../shared/security/password.ts';
import type { TableAccess } from '../cloud/table-access.ts';
import { newPassword } from './site-secrets.ts';

export interface Admin {
  readonly user: string;
  /** Undefined when it was made at an earlier start and is known to its owner only. */
  readonly password: string | undefined;
  readonly isNew: boolean;
}

export async function ensureAdmin(
  table: TableAccess,
  given: { readonly user: string; readonly password: string | undefined },
): Promise<Admin> {
  const store = createStore(table.name, table.config);
  const existing = await store.getUser(given.user);
  if (given.password === undefined && existing !== undefined)
    return { user: given.user, password: undefined, isNew: false };
  const password = given.password ?? newPassword();
  await store.putUser({ name: given.user, role: 'admin', passwordHash: await hashPassword(password) });
  return { user: given.user, password, isNew: given.password === undefined };
}
