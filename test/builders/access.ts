import type { AppToken, Token } from '../../shared/domain/token.ts';
import { newUser, type User } from '../../shared/domain/user.ts';

/** An enabled admin who never changed, unless the test says otherwise. */
export const aUser = (about: Partial<User> = {}): User => ({
  ...newUser({ name: 'anna', role: 'admin', passwordHash: 'hash' }, 900),
  ...about,
});

/** An app token of `aUser` without an end, never used. */
export const anAppToken = (about: Partial<AppToken> = {}): AppToken => ({
  user: 'anna',
  tokenId: 'nightly',
  tokenHash: `hash-of-${about.tokenId ?? 'nightly'}`,
  name: 'nightly jobs',
  description: 'cron',
  createdAtSeconds: 1000,
  expiresAtSeconds: 0,
  epoch: 0,
  lastUsedSeconds: 0,
  ...about,
});

/** What authentication reads of the app token. */
export const anAppTokenRow = ({ user, tokenId, name, epoch, ...about }: AppToken): Token => ({
  tokenHash: about.tokenHash,
  principal: { kind: 'app', user, tokenId, name, role: 'admin', epoch },
  createdAtSeconds: about.createdAtSeconds,
  expiresAtSeconds: about.expiresAtSeconds,
});
