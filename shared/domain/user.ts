/** People who may log in. */
export type Role = 'admin' | 'operator' | 'viewer';

/** The name is part of the user's tokens, which have at most 128 characters by contract: the API looks no longer one up. */
export const maxUserNameBytes = 64;

/** Whether anybody could have the name. */
export const isUserName = (name: string): boolean =>
  name !== '' && new TextEncoder().encode(name).length <= maxUserNameBytes;

export interface User {
  readonly name: string;
  readonly role: Role;
  /** `scrypt$N$r$p$salt$hash`, base64. */
  readonly passwordHash: string;
  readonly isDisabled: boolean;
  /** Tokens of an earlier epoch are dead. */
  readonly tokenEpoch: number;
  /** 0: made before this was noted. */
  readonly createdAtSeconds: number;
}

/** One who may log in from now on. */
export const newUser = (about: Pick<User, 'name' | 'role' | 'passwordHash'>, nowSeconds: number): User => ({
  ...about,
  isDisabled: false,
  tokenEpoch: 0,
  createdAtSeconds: nowSeconds,
});

export type UserChange = Partial<Pick<User, 'role' | 'isDisabled'>>;

const isActiveAdmin = ({ role, isDisabled }: Pick<User, 'role' | 'isDisabled'>): boolean =>
  role === 'admin' && !isDisabled;

/**
 * Who must still be an active admin when the change is written, so that there always is one. `nobody` is needed where the
 * change takes no admin away; `missing`: it would take the last.
 */
export function adminToRemain(user: User, change: UserChange, users: readonly User[]): User | 'nobody' | 'missing' {
  if (!isActiveAdmin(user) || isActiveAdmin({ ...user, ...change })) return 'nobody';
  return users.find((one) => one.name !== user.name && isActiveAdmin(one)) ?? 'missing';
}
