/** Who may speak: tokens, users, the brake on failed logins; and the audit of what was done. */
import { Entity } from 'dynamodb-toolbox/entity';
import { any, boolean, item, number, string } from 'dynamodb-toolbox/schema';
import type { Principal } from '../../domain/token.ts';
import type { ProductTable } from './table.ts';

export const accessPartitions = {
  users: 'users',
  token: (hash: string) => `token#${hash}`,
  appTokens: (user: string) => `app-tokens#${user}`,
  loginBrake: (brakeId: string) => `login-brake#${brakeId}`,
  audit: (day: string) => `audit#${day}`,
} as const;

const secondsPerDay = 24 * 3600;

export function accessEntities(table: ProductTable, auditRetentionDays: number) {
  const plain = { timestamps: false, table } as const;

  const token = new Entity({
    ...plain,
    name: 'token',
    schema: item({
      tokenHash: string().key(),
      principal: any().castAs<Principal>(),
      createdAtSeconds: number(),
      /** 0: never; DynamoDB's TTL ignores values that lie years back. */
      expiresAtSeconds: number(),
      lastUsedSeconds: number().optional(),
    }),
    computeKey: ({ tokenHash }: { tokenHash: string }) => ({ pk: accessPartitions.token(tokenHash), sk: 'token' }),
  });

  const appToken = new Entity({
    ...plain,
    name: 'appToken',
    schema: item({
      user: string().key(),
      tokenId: string().key(),
      tokenHash: string(),
      name: string(),
      description: string(),
      createdAtSeconds: number(),
      expiresAtSeconds: number(),
      epoch: number(),
      lastUsedSeconds: number(),
    }),
    computeKey: ({ user, tokenId }: { user: string; tokenId: string }) => ({
      pk: accessPartitions.appTokens(user),
      sk: tokenId,
    }),
  });

  const user = new Entity({
    ...plain,
    name: 'user',
    schema: item({
      name: string().key(),
      role: string().enum('admin', 'operator', 'viewer'),
      passwordHash: string(),
      /** These three are absent in rows written before users were managed. */
      isDisabled: boolean().optional(),
      tokenEpoch: number().optional(),
      createdAtSeconds: number().optional(),
    }),
    computeKey: ({ name }: { name: string }) => ({ pk: accessPartitions.users, sk: name }),
  });

  const loginBrake = new Entity({
    ...plain,
    name: 'loginBrake',
    schema: item({
      brakeId: string().key(),
      /** From then on the row means nothing. */
      expiresAtSeconds: number(),
      isNoted: boolean().optional(),
      epoch: number().optional(),
    }),
    computeKey: ({ brakeId }: { brakeId: string }) => ({ pk: accessPartitions.loginBrake(brakeId), sk: 'brake' }),
  });

  const auditFields = item({
    atMilliseconds: number().key(),
    entryId: string().key(),
    principal: string(),
    operation: string(),
    refId: string(),
    sourceIp: string(),
    subject: string(),
    requestId: string(),
  });
  const audit = new Entity({
    ...plain,
    name: 'audit',
    schema: auditFields.and({
      expiresAtSeconds: number()
        .hidden()
        .putLink<typeof auditFields>(
          ({ atMilliseconds }) => Math.floor(atMilliseconds / 1000) + auditRetentionDays * secondsPerDay,
        ),
    }),
    computeKey: ({ atMilliseconds, entryId }: { atMilliseconds: number; entryId: string }) => {
      const at = new Date(atMilliseconds).toISOString();
      return { pk: accessPartitions.audit(at.slice(0, 10)), sk: `${at}#${entryId}` };
    },
  });

  return { token, appToken, user, loginBrake, audit };
}
