/** Users and their app tokens as the API shows them: never a hash. Contract, section 2 for the fields of app tokens. */
import * as z from 'zod/mini';
import { type AppToken, isExpired, isHonoured } from '../../domain/token.ts';
import type { User } from '../../domain/user.ts';

export const FlexUser = z.object({
  name: z.string(),
  role: z.enum(['admin', 'operator', 'viewer']),
  enabled: z.boolean(),
  /** 0 for one made before this was noted. */
  created_ts: z.int(),
});

export const flexUser = (user: User): z.infer<typeof FlexUser> => ({
  name: user.name,
  role: user.role,
  enabled: !user.isDisabled,
  created_ts: user.createdAtSeconds,
});

export const FlexAppToken = z.object({
  id: z.string(),
  app_name: z.string(),
  description: z.string(),
  /** Seconds of its life; -1: without end, and `expire_ts` is null. */
  ttl: z.int(),
  valid: z.boolean(),
  expire_ts: z.nullable(z.int()),
  created_ts: z.int(),
  /** To a few minutes; null before the first use. */
  last_used_ts: z.nullable(z.int()),
});

export const flexAppToken = (
  token: AppToken,
  user: Pick<User, 'isDisabled' | 'tokenEpoch'>,
  nowSeconds: number,
): z.infer<typeof FlexAppToken> => {
  const isEndless = token.expiresAtSeconds === 0;
  return {
    id: token.tokenId,
    app_name: token.name,
    description: token.description,
    ttl: isEndless ? -1 : token.expiresAtSeconds - token.createdAtSeconds,
    valid: !isExpired(token, nowSeconds) && isHonoured(token, user),
    expire_ts: isEndless ? null : token.expiresAtSeconds,
    created_ts: token.createdAtSeconds,
    last_used_ts: token.lastUsedSeconds === 0 ? null : token.lastUsedSeconds,
  };
};
