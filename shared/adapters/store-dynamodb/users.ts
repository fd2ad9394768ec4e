import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { ConditionCheck } from 'dynamodb-toolbox/entity/actions/transactCheck';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { DomainError } from '../../domain/errors.ts';
import { adminToRemain, type User } from '../../domain/user.ts';
import type { UserStore } from '../../ports/access-store.ts';
import { transactAudited } from './audit.ts';
import { type Entities, partitions } from './entities.ts';
import { Item } from './items.ts';
import { knownItem } from './login-brakes.ts';
import { maxContentionTries } from './patience.ts';

/** Rows written before users were managed do not say whether they are disabled: nobody was. */
const isEnabled = () => ({
  or: [
    { attr: 'isDisabled' as const, exists: false },
    { attr: 'isDisabled' as const, eq: false },
  ],
});

export function userStore(entities: Entities): UserStore {
  const { table, user } = entities;

  const listUsers: UserStore['listUsers'] = async () => {
    const found = await table
      .build(QueryCommand)
      .entities(user)
      .query({ partition: partitions.users })
      .options({ consistent: true, maxPages: Infinity })
      .send();
    return (found.Items ?? []).map(Item.user);
  };

  /** What the rules were asked about is still so. */
  const asRead = ({ role, isDisabled }: User) => ({
    and: [{ attr: 'role' as const, eq: role }, isDisabled ? { attr: 'isDisabled' as const, eq: true } : isEnabled()],
  });

  const staysAdmin = ({ name }: User) =>
    user
      .build(ConditionCheck)
      .key({ name })
      .condition({ and: [{ attr: 'role', eq: 'admin' }, isEnabled()] });

  return {
    listUsers,

    async getUser(name) {
      const found = await user.build(GetItemCommand).key({ name }).options({ consistent: true }).send();
      return found.Item === undefined ? undefined : Item.user(found.Item);
    },

    async createUser(newUser, entry) {
      const outcome = await transactAudited(entities, entry, [
        user
          .build(PutTransaction)
          .item(newUser)
          .options({ condition: { attr: 'name', exists: false } }),
      ]);
      return outcome.written;
    },

    async setPassword(name, passwordHash, own, entry) {
      const outcome = await transactAudited(entities, entry, [
        user
          .build(UpdateTransaction)
          .item({ name, passwordHash, tokenEpoch: $add(1) })
          .options({
            condition: own === null ? { attr: 'name', exists: true } : { attr: 'passwordHash', eq: own.replaces },
          }),
        ...(own === null ? [] : [knownItem(entities, own.known)]),
      ]);
      return outcome.written;
    },

    // Two admins who disable each other at the same moment each name the other as the one who remains: one is refused.
    async changeUser(name, change, entry) {
      for (let tries = 0; tries < maxContentionTries; tries += 1) {
        const users = await listUsers();
        const read = users.find((one) => one.name === name);
        if (read === undefined) return 'absent';
        const remaining = adminToRemain(read, change, users);
        if (remaining === 'missing') return 'lastAdmin';
        const revokes = change.isDisabled === true;
        const outcome = await transactAudited(entities, entry, [
          user
            .build(UpdateTransaction)
            .item({ name, ...change, tokenEpoch: $add(revokes ? 1 : 0) })
            .options({ condition: asRead(read) }),
          ...(remaining === 'nobody' ? [] : [staysAdmin(remaining)]),
        ]);
        if (outcome.written) return { ...read, ...change, tokenEpoch: read.tokenEpoch + (revokes ? 1 : 0) };
      }
      throw new DomainError('Busy', `user '${name}' is being changed by others`);
    },
  };
}
