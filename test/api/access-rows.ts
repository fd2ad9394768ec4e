/** Users and tokens as rows that nobody was asked for: without a password to know, and without an audit entry. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { scryptSync } from 'node:crypto';
import { createEntities } from '../../shared/adapters/store-dynamodb/entities.ts';
import type { AppToken, Token } from '../../shared/domain/token.ts';
import { newUser, type User } from '../../shared/domain/user.ts';
import { hashToken, userToken } from '../../shared/http/authentication.ts';
import type { TestTable } from './test-database.ts';

export const appTokenSecret = (user: string, tokenId: string): string =>
  userToken(user, `appTokenOf-${tokenId}-000000000000001`);

/** As the product stores a password, at no cost: every test with a password would otherwise wait for it. */
export function cheapHash(password: string): string {
  const salt = Buffer.from('salt of the tests');
  const key = scryptSync(password, salt, 32, { N: 16, r: 8, p: 1 });
  return ['scrypt', 16, 8, 1, salt.toString('base64url'), key.toString('base64url')].join('$');
}

export interface AccessRows {
  /** An app token of the user that works for ever; its secret is `appTokenSecret(user, tokenId)`. */
  putAppToken(user: string, tokenId: string, about?: Partial<AppToken>): Promise<void>;
  putUser(user: Pick<User, 'name' | 'role'> & Partial<User>): Promise<void>;
  putToken(token: Token): Promise<void>;
}

export function accessRows(table: Pick<TestTable, 'name' | 'config'>): AccessRows {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(table.config));
  const { user, token, appToken } = createEntities(table.name, client, 1);
  return {
    putUser: async (about) => {
      await user
        .build(PutItemCommand)
        .item({ ...newUser({ passwordHash: '', ...about }, 0), ...about })
        .send();
    },
    putAppToken: async (owner, tokenId, about = {}) => {
      const made: AppToken = {
        user: owner,
        tokenId,
        tokenHash: hashToken(appTokenSecret(owner, tokenId)),
        name: 'nightly jobs',
        description: '',
        createdAtSeconds: 1_767_000_000,
        expiresAtSeconds: 0,
        epoch: 0,
        lastUsedSeconds: 0,
        ...about,
      };
      const { name, tokenHash, createdAtSeconds, expiresAtSeconds, epoch } = made;
      const principal = { kind: 'app', name, user: owner, tokenId, role: 'viewer', epoch } as const;
      await appToken.build(PutItemCommand).item(made).send();
      await token.build(PutItemCommand).item({ tokenHash, principal, createdAtSeconds, expiresAtSeconds }).send();
    },
    putToken: async (about) => {
      await token.build(PutItemCommand).item(about).send();
    },
  };
}
