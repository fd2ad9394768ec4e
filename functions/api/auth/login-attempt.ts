/**
 * The brake on guessing passwords (shared/domain/login-brake.ts). An attempt counts before the password is looked at, so
 * that many at once are no way around it; who does not exist costs and answers the same as who does.
 */
import {
  type BrakeMark,
  isKnown,
  isWelcomeDue,
  knownForSeconds,
  networkOf,
  waitOf,
} from '../../../shared/domain/login-brake.ts';
import type { ApiAnswer, ApiCall } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';

type GuessingCall = Pick<ApiCall, 'principal' | 'refId' | 'sourceIp'>;

export interface LoginAttempt {
  readonly name: string;
  /** 0: go on. */
  readonly waitSeconds: number;
  readonly user: BrakeMark;
  readonly address: BrakeMark;
  /** Whether the user logged in from this address of late. */
  readonly known: BrakeMark;
  readonly audit: BrakeMark;
}

/** People type passwords into the wrong field; a name is recognized by its beginning. */
const shownNameLength = 64;

/** Entries about failures are few, whatever strangers do; the log has every one. */
async function noteFailure(deps: ApiDeps, call: GuessingCall, operation: string, attempt: LoginAttempt): Promise<void> {
  deps.log.warn('password refused', { operation, ref_id: call.refId, source_ip: call.sourceIp });
  if (!(await deps.store.takeAttempt(attempt.audit, nowSeconds(deps.clock)))) return;
  const entry = auditEntry(deps.clock, call, operation, attempt.name.slice(0, shownNameLength));
  await deps.store.putAudit(entry);
}

/** Takes an attempt of the name, unless there is none, there or at the address. */
export async function beginAttempt(deps: ApiDeps, call: GuessingCall, name: string): Promise<LoginAttempt> {
  const now = nowSeconds(deps.clock);
  const network = networkOf(call.sourceIp);
  const [user, address, known, audit] = await deps.store.readBrakes([
    { kind: 'user', name },
    { kind: 'address', name: network },
    { kind: 'known', name: `${network} ${name}` },
    { kind: 'audit', name: '' },
  ]);
  const attempt = { name, user, address, known, audit, waitSeconds: 0 };
  const marks = isKnown(known, now) ? [address] : [address, user];
  const empty = marks.toSorted((left, right) => waitOf(right, now) - waitOf(left, now)).at(0) ?? address;
  const waitSeconds = waitOf(empty, now);
  if (waitSeconds > 0) {
    if (!empty.isNoted && (await deps.store.noteEmpty(empty))) await noteFailure(deps, call, 'login-braked', attempt);
    return { ...attempt, waitSeconds };
  }
  const isTaken = isKnown(known, now) || (await deps.store.takeAttempt(user, now));
  // Others took the last ones meanwhile.
  return isTaken ? attempt : { ...attempt, waitSeconds: 1 };
}

/** 429 says when to come again. */
export const tooMany = ({ waitSeconds }: LoginAttempt): ApiAnswer => ({
  status: 429,
  body: { detail: 'too many wrong passwords: wait' },
  headers: { 'retry-after': String(waitSeconds) },
});

/** The password was wrong: that counts at the address too, where those who log in rightly cost nothing. */
export async function refuse(
  deps: ApiDeps,
  call: GuessingCall,
  operation: string,
  attempt: LoginAttempt,
): Promise<void> {
  await deps.store.takeAttempt(attempt.address, nowSeconds(deps.clock));
  await noteFailure(deps, call, operation, attempt);
}

/** The password was right: what failed before is forgiven, and the user is known at the address. */
export async function welcome(deps: ApiDeps, { user, known }: LoginAttempt): Promise<void> {
  const now = nowSeconds(deps.clock);
  if (isWelcomeDue(user, known, now)) await deps.store.welcome(user.key, known.key, now + knownForSeconds);
}
