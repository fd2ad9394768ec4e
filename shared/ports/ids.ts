import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import { requestIdOf, requestIdRandomBytes } from '../domain/request-id.ts';

export interface Ids {
  /** Id of a new task: sorts by creation. */
  requestId(): string;
  /** Opaque bearer token, 32 URL-safe characters (192 bits). */
  token(): string;
  /** `self-` and 8 random characters, for requests that bring no `hs-ref-id`. */
  refId(): string;
}

export const randomIds = (clock: Clock): Ids => ({
  requestId: () => requestIdOf(clock.nowMilliseconds(), randomBytes(requestIdRandomBytes)),
  token: () => randomBytes(24).toString('base64url'),
  refId: () => `self-${randomBytes(4).toString('hex')}`,
});
