/** Everyone who may knock, and whom an audience lets in. Flex contract, section 2. */
import type { Audience } from '../../shared/domain/token.ts';
import { tokens } from './api-bed.ts';
import { hostToken } from './given.ts';

export type Caller = keyof typeof tokens | 'host';

/** The host whose token `callers` uses; a test registers it. */
export const callingHost = 'sqlprod1';

const everyone: Readonly<Record<Caller, string>> = { ...tokens, host: hostToken(callingHost) };

/** Written out by hand, so that a slip in the product's own rule shows. `app` has the role operator. */
const letIn: Readonly<Record<Exclude<Audience, 'public'>, readonly Caller[]>> = {
  viewer: ['admin', 'operator', 'viewer', 'app', 'host'],
  operator: ['admin', 'operator', 'app', 'host'],
  admin: ['admin'],
  'admin-session': ['admin'],
  host: ['host'],
  user: ['admin', 'operator', 'viewer', 'app'],
  'user-session': ['admin', 'operator', 'viewer'],
};

export interface CallerRow {
  readonly caller: Caller;
  readonly token: string;
  readonly allowed: boolean;
}

export const callersOf = (audience: Exclude<Audience, 'public'>): readonly CallerRow[] =>
  (Object.keys(everyone) as Caller[]).map((caller) => ({
    caller,
    token: everyone[caller],
    allowed: letIn[audience].includes(caller),
  }));

export const allowedCallers = (audience: Exclude<Audience, 'public'>) =>
  callersOf(audience).filter((row) => row.allowed);
export const refusedCallers = (audience: Exclude<Audience, 'public'>) =>
  callersOf(audience).filter((row) => !row.allowed);
