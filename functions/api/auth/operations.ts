import { changeOwnPassword } from './change-own-password.ts';
import { changeUser } from './change-user.ts';
import { createAppToken } from './create-app-token.ts';
import { createUser } from './create-user.ts';
import { getUser } from './get-user.ts';
import { listAppTokens } from './list-app-tokens.ts';
import { listUserAppTokens } from './list-user-app-tokens.ts';
import { listUsers } from './list-users.ts';
import { login } from './login.ts';
import { revokeAppToken } from './revoke-app-token.ts';
import { revokeNamedAppToken } from './revoke-named-app-token.ts';
import { revokeUserAppToken } from './revoke-user-app-token.ts';
import { setPassword } from './set-password.ts';

export const operations = [
  login,
  changeOwnPassword,
  createAppToken,
  listAppTokens,
  revokeAppToken,
  revokeNamedAppToken,
  createUser,
  listUsers,
  getUser,
  changeUser,
  setPassword,
  listUserAppTokens,
  revokeUserAppToken,
];
