import { flexAppToken } from '../../../shared/faces/flex/flex-user.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';
import { existingUser } from './existing-user.ts';

/** App tokens of the user, oldest first. */
export async function shownAppTokens({ store, clock }: Pick<ApiDeps, 'store' | 'clock'>, userName: string) {
  const user = await existingUser(store, userName);
  const tokens = await store.listAppTokens(userName);
  return tokens
    .toSorted((left, right) => left.createdAtSeconds - right.createdAtSeconds)
    .map((token) => flexAppToken(token, user, nowSeconds(clock)));
}
