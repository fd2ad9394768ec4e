import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { newUser } from '../../../shared/domain/user.ts';
import { FlexUser, flexUser } from '../../../shared/faces/flex/flex-user.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { hashPassword } from '../../../shared/security/password.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { NewPassword, NewUserName, Role } from './schema-words.ts';

/** Makes somebody who may log in. Ours; docs/users.md. */
export const createUser = defineOperation({
  operation: 'create-user',
  method: 'POST',
  path: '/api/echo/v1/users',
  capability: 'auth',
  audience: 'admin-session',
  summary: 'Create a user',
  request: { body: z.object({ name: NewUserName, role: Role, password: NewPassword }) },
  response: FlexUser,
  successStatus: 201,
  task: null,
  secret: 'request',
  async run(deps: ApiDeps, call) {
    const { name, role, password } = call.body;
    const user = newUser({ name, role, passwordHash: await hashPassword(password) }, nowSeconds(deps.clock));
    const entry = auditEntry(deps.clock, call, 'create-user', `${name} ${role}`);
    if (!(await deps.store.createUser(user, entry))) {
      throw new DomainError('AlreadyExists', `User '${name}' already exists`);
    }
    return { body: flexUser(user) };
  },
});
