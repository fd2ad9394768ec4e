import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { ConditionCheck } from 'dynamodb-toolbox/entity/actions/transactCheck';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { BatchGetCommand, execute as executeBatchGet } from 'dynamodb-toolbox/table/actions/batchGet';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { AppToken } from '../../domain/token.ts';
import type { AccessStore } from '../../ports/access-store.ts';
import { auditItem, transactAudited } from './audit.ts';
import { type Entities, partitions } from './entities.ts';
import { conditional, refusePart } from './failures.ts';
import { Item } from './items.ts';
import { knownItem } from './login-brakes.ts';

/** Absent in rows written before users were managed: nothing had been revoked then. */
const isAtEpoch = (epoch: number) => ({
  or: [
    { attr: 'tokenEpoch' as const, eq: epoch },
    ...(epoch === 0 ? [{ attr: 'tokenEpoch' as const, exists: false }] : []),
  ],
});

export function accessStore(entities: Entities): AccessStore {
  const { appToken, audit, table, token, user } = entities;

  const withoutToken = ({ user: owner, tokenId, tokenHash }: AppToken) => [
    appToken.build(DeleteTransaction).key({ user: owner, tokenId }),
    token.build(DeleteTransaction).key({ tokenHash }),
  ];

  return {
    async findBearer(tokenHash, userName) {
      const tokenRead = token.build(BatchGetRequest).key({ tokenHash });
      const userRead = userName === null ? [] : [user.build(BatchGetRequest).key({ name: userName })];
      const answer = await executeBatchGet(
        { maxAttempts: 5 },
        table
          .build(BatchGetCommand)
          .requests(tokenRead, ...userRead)
          .options({ consistent: true }),
      );
      refusePart(answer);
      const [foundToken, foundUser] = answer.Responses[0];
      return {
        token: foundToken === undefined ? undefined : Item.token(foundToken),
        user: foundUser === undefined ? undefined : Item.user(foundUser),
      };
    },

    async noteTokenUse({ tokenHash, principal, lastUsedSeconds }, nowSeconds) {
      if (principal.kind !== 'app') return;
      const asRead =
        lastUsedSeconds === undefined
          ? { attr: 'lastUsedSeconds' as const, exists: false }
          : { attr: 'lastUsedSeconds' as const, eq: lastUsedSeconds };
      // The row that every call reads goes first: of many calls at once one goes on to the row that the user sees.
      const noted = await conditional(() =>
        token
          .build(UpdateItemCommand)
          .item({ tokenHash, lastUsedSeconds: nowSeconds })
          .options({ condition: { and: [{ attr: 'tokenHash', exists: true }, asRead] } })
          .send(),
      );
      if (!noted) return;
      await conditional(() =>
        appToken
          .build(UpdateItemCommand)
          .item({ user: principal.user, tokenId: principal.tokenId, lastUsedSeconds: nowSeconds })
          .options({ condition: { attr: 'tokenId', exists: true } })
          .send(),
      );
    },

    async openSession(newToken, known, entry) {
      await transactAudited(entities, entry, [
        token.build(PutTransaction).item(newToken),
        ...(known === null ? [] : [knownItem(entities, known)]),
      ]);
    },

    async putAppToken(made, newToken, replaces, entry) {
      const outcome = await transactAudited(entities, entry, [
        // Whoever was logged in when this call began may be locked out by now: no token outlives that.
        user.build(ConditionCheck).key({ name: made.user }).condition(isAtEpoch(made.epoch)),
        appToken.build(PutTransaction).item(made),
        token.build(PutTransaction).item(newToken),
        ...(replaces === null ? [] : withoutToken(replaces)),
      ]);
      return outcome.written;
    },

    async listAppTokens(user) {
      const found = await table
        .build(QueryCommand)
        .entities(appToken)
        .query({ partition: partitions.appTokens(user) })
        .options({ consistent: true, maxPages: Infinity })
        .send();
      return (found.Items ?? []).map(Item.appToken);
    },

    async revokeAppToken(user, tokenId, entry) {
      const found = await appToken.build(GetItemCommand).key({ user, tokenId }).options({ consistent: true }).send();
      if (found.Item === undefined) return false;
      const outcome = await transactAudited(entities, entry, [
        appToken
          .build(DeleteTransaction)
          .key({ user, tokenId })
          .options({ condition: { attr: 'tokenId', exists: true } }),
        token.build(DeleteTransaction).key({ tokenHash: found.Item.tokenHash }),
      ]);
      return outcome.written;
    },

    async putAudit(entry) {
      await audit.build(PutItemCommand).item(auditItem(entry)).send();
    },
  };
}
