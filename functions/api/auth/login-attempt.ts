/**
 * The brake on guessing passwords (shared/domain/login-brake.ts). An attempt is taken before the password is looked at, so
 * that many at once are no way around it; who does not exist costs and answers the same as who does.
 */
import {
  type BrakeKey,
  type BrakeMark,
  isKnown,
  isWorthKnowing,
  type KnownPlace,
  knownPlace,
  networkOf,
  waitOf,
} from '../../../shared/domain/login-brake.ts';
import { isUserName, type User } from '../../../shared/domain/user.ts';
import type { ApiAnswer, ApiCall } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';

type GuessingCall = Pick<ApiCall, 'principal' | 'refId' | 'sourceIp' | 'claim'>;

/** What the audit calls it when the password is wrong. */
type Failure = 'login-failed' | 'change-own-password-failed';

export interface LoginAttempt {
  readonly name: string;
  /** Of that name, if there is one. */
  readonly user: User | undefined;
  /** 0: go on, one attempt of each bucket is taken. */
  readonly waitSeconds: number;
  readonly buckets: readonly [BrakeMark, ...BrakeMark[]];
  /** Whether the user logged in from this network of late. */
  readonly known: BrakeMark;
  readonly failure: Failure;
  /** The bucket of such entries. */
  readonly audit: BrakeMark;
}

/** People type passwords into the wrong field; a name is recognized by its beginning. */
const shownNameLength = 64;

/** Entries about failures are few, whatever strangers do; the log has every one. */
async function noteFailure(deps: ApiDeps, call: GuessingCall, name: string, bucket: BrakeMark): Promise<void> {
  const operation = bucket.key.name;
  deps.log.warn('password refused', { operation, ref_id: call.refId, source_ip: call.sourceIp });
  if (!(await deps.store.takeAttempt(bucket, nowSeconds(deps.clock)))) return;
  await deps.store.putAudit(auditEntry(deps.clock, call, operation, name.slice(0, shownNameLength)));
}

/** Each kind of failure has a bucket of entries: many of one kind do not hide another. */
const auditOf = (operation: Failure | 'login-braked'): BrakeKey => ({ kind: 'audit', name: operation });

/**
 * Takes an attempt of each bucket that counts: of the name at this network where its user is known, or else of the
 * network, of the name there, and of the name anywhere. Refused as soon as one is empty; what was taken by then is gone.
 */
export async function beginAttempt(
  deps: ApiDeps,
  call: GuessingCall,
  name: string,
  failure: Failure,
): Promise<LoginAttempt> {
  const now = nowSeconds(deps.clock);
  const network = networkOf(call.sourceIp);
  const place = `${network} ${name}`;
  const { marks, user } = await deps.store.readBrakes(
    [
      { kind: 'address', name: network },
      { kind: 'place', name: place },
      { kind: 'user', name },
      { kind: 'known', name: place },
      auditOf(failure),
      auditOf('login-braked'),
    ],
    isUserName(name) ? name : null,
  );
  const [address, here, anywhere, known, audit, braked] = marks;
  const buckets: LoginAttempt['buckets'] = isKnown(known, user, now) ? [here] : [address, here, anywhere];
  const attempt = { name, user, waitSeconds: 0, buckets, known, failure, audit };
  const empty = buckets.reduce((left, right) => (waitOf(right, now) > waitOf(left, now) ? right : left));
  const waitSeconds = waitOf(empty, now);
  if (waitSeconds > 0) {
    if (!empty.isNoted && (await deps.store.noteEmpty(empty))) await noteFailure(deps, call, name, braked);
    return { ...attempt, waitSeconds };
  }
  for (const bucket of buckets) {
    // Others took the last one meanwhile.
    if (!(await deps.store.takeAttempt(bucket, now))) return { ...attempt, waitSeconds: 1 };
  }
  return attempt;
}

/** 429 says when to come again. */
export const tooMany = ({ waitSeconds }: LoginAttempt): ApiAnswer => ({
  status: 429,
  body: { detail: 'too many wrong passwords: wait' },
  headers: { 'retry-after': String(waitSeconds) },
});

/** The password was wrong. */
export const refuse = (deps: ApiDeps, call: GuessingCall, { name, audit }: LoginAttempt): Promise<void> =>
  noteFailure(deps, call, name, audit);

/**
 * The password was right: those who share the network, or log in often, do not pay for it. The other buckets of a first
 * login there stay one short until they refill, which is worth no more calls.
 */
export const giveBack = (deps: ApiDeps, { buckets: [first] }: LoginAttempt): Promise<void> =>
  deps.store.giveBackAttempt(first.key, nowSeconds(deps.clock));

/** Where the user is known from now on; null when that need not be written. */
export const newlyKnown = ({ known }: LoginAttempt, user: User, now: number): KnownPlace | null =>
  isWorthKnowing(known, user, now) ? knownPlace(known.key, user.tokenEpoch, now) : null;
