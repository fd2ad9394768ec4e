import * as z from 'zod/mini';
import { DomainError } from '../../../shared/domain/errors.ts';
import { type AppToken, isExpired, isHonoured } from '../../../shared/domain/token.ts';
import { FlexAppToken, flexAppToken } from '../../../shared/faces/flex/flex-user.ts';
import { hashToken, userToken } from '../../../shared/http/authentication.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { callingUser } from './user-of-session.ts';

/** Enough for a person's programs. Several made at once may be a few more. */
const maxAppTokens = 50;

/**
 * Which one makes room: the oldest that is worth nothing any more, once there are too many to keep those for their user
 * to see. Null: there is room.
 */
function toReplace(tokens: readonly AppToken[], tokenEpoch: number, now: number): AppToken | null {
  if (tokens.length < maxAppTokens) return null;
  const isDead = (token: AppToken) => isExpired(token, now) || !isHonoured(token, { isDisabled: false, tokenEpoch });
  const [oldest] = tokens.filter(isDead).toSorted((left, right) => left.createdAtSeconds - right.createdAtSeconds);
  if (oldest !== undefined) return oldest;
  throw new DomainError('Refused', `there are ${maxAppTokens} app tokens: revoke those that nobody uses`);
}

const secondsPerDay = 24 * 3600;
const Ttl = z.union([z.literal(-1), z.int().check(z.minimum(60), z.maximum(3650 * secondsPerDay))]);

/** A token for a program, with the role its user has at each call. Shown only here. Flex contract, section 2. */
export const createAppToken = defineOperation({
  operation: 'create-app-token',
  method: 'POST',
  path: '/api/v2/flex_app_tokens',
  capability: 'auth',
  audience: 'user',
  summary: 'Create an app token',
  request: {
    body: z.object({
      app_name: z.string().check(z.regex(/^[a-zA-Z0-9][a-zA-Z0-9._ -]{0,63}$/)),
      description: z._default(z.string().check(z.maxLength(256)), ''),
      ttl: z._default(Ttl, -1),
    }),
  },
  response: z.extend(FlexAppToken, { token: z.string() }),
  successStatus: 201,
  task: null,
  secret: 'answer',
  async run(deps: ApiDeps, call) {
    const { name: user, role, epoch } = callingUser(call);
    const { app_name: name, description, ttl } = call.body;
    const createdAtSeconds = nowSeconds(deps.clock);
    const replaces = toReplace(await deps.store.listAppTokens(user), epoch, createdAtSeconds);
    const secret = userToken(user, deps.ids.token());
    const tokenHash = hashToken(secret);
    const tokenId = tokenHash.slice(0, 16);
    const expiresAtSeconds = ttl === -1 ? 0 : createdAtSeconds + ttl;
    const shared = { tokenHash, createdAtSeconds, expiresAtSeconds };
    const appToken = { ...shared, user, tokenId, name, description, epoch, lastUsedSeconds: 0 };
    const token = { ...shared, principal: { kind: 'app', user, tokenId, name, role, epoch } as const };
    const entry = auditEntry(deps.clock, call, 'create-app-token', `${user}/${tokenId} ${name}`);
    if (!(await deps.store.putAppToken(appToken, token, replaces, entry))) {
      throw new DomainError('NotAuthenticated', 'Not authenticated');
    }
    const shown = flexAppToken(appToken, { isDisabled: false, tokenEpoch: epoch }, createdAtSeconds);
    return { body: { ...shown, token: secret } };
  },
});
