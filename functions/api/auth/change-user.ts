import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { UserChange } from '../../../shared/domain/user.ts';
import { FlexUser, flexUser } from '../../../shared/faces/flex/flex-user.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { noSuchUser } from './existing-user.ts';
import { NamedUser, Role } from './schema-words.ts';

const Change = z.object({ role: z.optional(Role), enabled: z.optional(z.boolean()) }).check(
  z.refine(({ role, enabled }) => role !== undefined || enabled !== undefined, {
    message: 'needs role or enabled',
  }),
);

/** What of the change the audit says: `ann role=viewer enabled=false`. */
const subjectOf = (name: string, { role, enabled }: z.infer<typeof Change>): string =>
  [
    name,
    ...(role === undefined ? [] : [`role=${role}`]),
    ...(enabled === undefined ? [] : [`enabled=${enabled}`]),
  ].join(' ');

/** Another role, or a user disabled or enabled. Holds for tokens given before, from the next call on. Ours; docs/users.md. */
export const changeUser = defineOperation({
  operation: 'change-user',
  method: 'PATCH',
  path: '/api/echo/v1/users/{user_name}',
  capability: 'auth',
  audience: 'admin-session',
  summary: 'Change the role of a user, disable or enable one',
  request: { path: z.object({ user_name: NamedUser }), body: Change },
  response: FlexUser,
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps, call) {
    const name = call.path.user_name;
    const { role, enabled } = call.body;
    const change: UserChange = {
      ...(role === undefined ? {} : { role }),
      ...(enabled === undefined ? {} : { isDisabled: !enabled }),
    };
    const entry = auditEntry(deps.clock, call, 'change-user', subjectOf(name, call.body));
    const changed = await deps.store.changeUser(name, change, entry);
    if (changed === 'absent') throw noSuchUser(name);
    if (changed === 'lastAdmin') {
      throw new DomainError('Refused', `'${name}' is the last enabled admin: nobody could manage users`);
    }
    return { body: flexUser(changed) };
  },
});
