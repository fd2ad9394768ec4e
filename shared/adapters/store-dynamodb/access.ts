import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import type { AccessStore } from '../../ports/store.ts';
import { auditItem } from './audit.ts';
import type { Entities } from './entities.ts';
import { Item } from './items.ts';

export function accessStore({ audit, token, user }: Entities): AccessStore {
  return {
    async findToken(tokenHash) {
      const found = await token.build(GetItemCommand).key({ tokenHash }).options({ consistent: true }).send();
      return found.Item === undefined ? undefined : Item.token(found.Item);
    },
    async putToken(newToken) {
      await token.build(PutItemCommand).item(newToken).send();
    },
    async getUser(name) {
      const found = await user.build(GetItemCommand).key({ name }).options({ consistent: true }).send();
      return found.Item === undefined ? undefined : Item.user(found.Item);
    },
    async putUser(newUser) {
      await user.build(PutItemCommand).item(newUser).send();
    },
    async putAudit(entry) {
      await audit.build(PutItemCommand).item(auditItem(entry)).send();
    },
  };
}
