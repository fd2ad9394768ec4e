import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Account } from './accounts.ts';

/** How many calls a second each user may make. Users of the role root are never held back. */
export interface Throttle {
  /** Null: any number. */
  readonly requestsPerSecond: number | null;
  allow(requestsPerSecond: number | null): void;
  /** Counts a call; tells how many seconds the user has to wait when it came too fast. */
  admit(account: Account): Promise<number | undefined>;
}

export function createThrottle(initial: number | null): Throttle {
  let limit: number | null = null;
  let limiter: RateLimiterMemory | undefined;
  const allow = (requestsPerSecond: number | null): void => {
    limit = requestsPerSecond;
    limiter = limit === null ? undefined : new RateLimiterMemory({ points: limit, duration: 1 });
  };
  allow(initial);
  return {
    get requestsPerSecond() {
      return limit;
    },
    allow,
    admit: async ({ name, role }) => {
      if (role === 'root') return undefined;
      try {
        await limiter?.consume(name);
        return undefined;
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      }
    },
  };
}
