import { DomainError } from '../../../shared/domain/errors.ts';
import type { User } from '../../../shared/domain/user.ts';
import type { UserStore } from '../../../shared/ports/access-store.ts';

export const noSuchUser = (name: string): DomainError => new DomainError('NotFound', `User '${name}' not found`);

export async function existingUser(store: Pick<UserStore, 'getUser'>, name: string): Promise<User> {
  const user = await store.getUser(name);
  if (user === undefined) throw noSuchUser(name);
  return user;
}
