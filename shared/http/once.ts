/**
 * Nothing twice: a call with an `Idempotency-Key` is carried out once and answered as often as it is sent; a task that is
 * asked for again under the same `hs-ref-id` is given again. The effect of a call and the note that it acted are one
 * transaction, so it does not matter where a process dies. docs/adr/0013.
 */
import {
  type CallClaim,
  type CallRecord,
  claimSeconds,
  keyLifeSeconds,
  sameReferenceSeconds,
  standingOf,
} from '../domain/call-record.ts';
import { DomainError, isDomainError } from '../domain/errors.ts';
import { isOver, type Task } from '../domain/task.ts';
import type { CallStore } from '../ports/call-store.ts';
import { type Clock, nowSeconds } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Log } from '../ports/log.ts';
import type { TaskStore } from '../ports/store.ts';
import type { ApiResult } from './api-event.ts';
import { callHashOf, fingerprintOf, isFingerprintOf, keyProblem, payloadHash } from './call-payload.ts';
import { BeingCarriedOut } from './http-errors.ts';
import type { ApiCall, Route } from './route.ts';

export interface OnceDeps {
  readonly store: CallStore & Pick<TaskStore, 'getTask'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'requestId'>;
  readonly log: Log;
}

/** One call of an operation, ready to be carried out. */
export interface PreparedCall {
  readonly route: Route;
  readonly call: ApiCall;
  readonly run: (call: ApiCall) => Promise<ApiResult>;
  /** What the call answers when its task is there already; null where an operation has none. */
  readonly resume: ((task: Task) => Promise<ApiResult>) | null;
}

/** Claims that lapse or end while this one looks at them; more is nobody's luck. */
const maxTries = 5;

const replayed = (result: ApiResult): ApiResult => ({
  ...result,
  headers: { ...result.headers, 'idempotency-replayed': 'true' },
});

const thisCall = 'the call with this Idempotency-Key';

/** A record that cannot be written costs a repeat its answer, never this call. */
async function tryToNote(deps: OnceDeps, note: () => Promise<void>): Promise<void> {
  try {
    await note();
  } catch (error) {
    deps.log.warn('the end of a call was not noted', { error: String(error) });
  }
}

async function carryOut(deps: OnceDeps, { route, call, run }: PreparedCall, claim: CallClaim): Promise<ApiResult> {
  const { record } = claim;
  try {
    const result = await run({ ...call, claim: { ...claim, replaces: record.claimId } });
    const isRefusal = result.statusCode >= 400;
    const kept = route.secret === 'answer' ? null : result;
    await tryToNote(deps, () => (isRefusal ? deps.store.endClaim(record) : deps.store.keepAnswer(record, kept)));
    return result;
  } catch (error) {
    await tryToNote(deps, () => deps.store.endClaim(record));
    throw error;
  }
}

/** Its effect is written, its answer is not: lost with the process, or not to be kept. */
async function answerAgain(deps: OnceDeps, { route, resume }: PreparedCall, record: CallRecord): Promise<ApiResult> {
  const task = resume === null || record.requestId === '' ? undefined : await deps.store.getTask(record.requestId);
  if (resume !== null && task !== undefined) return await resume(task);
  if (route.response === null) return { statusCode: route.successStatus, headers: {}, body: '' };
  throw new DomainError(
    'RepeatedCall',
    `${thisCall} was carried out, and its answer is not kept: look at what it made`,
  );
}

async function onceByKey(deps: OnceDeps, prepared: PreparedCall, key: string): Promise<ApiResult> {
  const { route, call } = prepared;
  const payload = payloadHash(call);
  const callHash = callHashOf(call, route, 'key', key);
  const fingerprint = await fingerprintOf(route, payload);
  let replaces: string | null = null;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const claim = newClaim(deps, { callHash, fingerprint }, replaces, claimSeconds, keyLifeSeconds);
    if (await deps.store.claimCall(claim)) return await carryOut(deps, prepared, claim);
    const stored = await deps.store.getCallRecord(callHash, claim.atSeconds);
    // The claim was written and its answer lost: the client's own repeat then finds it there.
    if (stored?.claimId === claim.record.claimId) return await carryOut(deps, prepared, claim);
    replaces = stored?.claimId ?? null;
    if (stored === undefined) continue;
    if (!(await isFingerprintOf(route, payload, stored.fingerprint))) {
      throw keyProblem('was sent before, with another payload', 'key_reused');
    }
    const standing = standingOf(stored, claim.atSeconds);
    if (standing === 'running') {
      throw new BeingCarriedOut(`${thisCall} is being carried out`, stored.claimedUntilSeconds - claim.atSeconds);
    }
    if (standing === 'answered' && stored.answer !== null) return replayed(stored.answer);
    if (standing !== 'abandoned') return replayed(await answerAgain(deps, prepared, stored));
  }
  throw new DomainError('Busy', 'the same call is made by many at once');
}

const newClaim = (
  deps: OnceDeps,
  about: Pick<CallRecord, 'callHash' | 'fingerprint'>,
  replaces: string | null,
  claimedSeconds: number,
  lifeSeconds: number,
): CallClaim => {
  const atSeconds = nowSeconds(deps.clock);
  const record = {
    ...about,
    claimId: deps.ids.requestId(),
    state: 'claimed',
    requestId: '',
    answer: null,
    claimedUntilSeconds: atSeconds + claimedSeconds,
    expiresAtSeconds: atSeconds + lifeSeconds,
  } as const;
  return { record, replaces, atSeconds };
};

/**
 * The call is simply made, and claims its record in the transaction that records its task; only where that is refused is
 * there a look whether somebody has it. A call that is no repeat reads nothing for this. Flex contract, section 12.
 */
async function onceByReference(deps: OnceDeps, { route, call, run, resume }: PreparedCall): Promise<ApiResult> {
  const fingerprint = payloadHash(call);
  const callHash = callHashOf(call, route, 'hs-ref-id', call.refId, fingerprint);
  let replaces: string | null = null;
  for (let tries = 1; ; tries += 1) {
    const claim = newClaim(deps, { callHash, fingerprint }, replaces, 0, sameReferenceSeconds);
    try {
      return await run({ ...call, claim });
    } catch (error) {
      if (!isDomainError(error)) throw error;
      const stored = await deps.store.getCallRecord(callHash, claim.atSeconds);
      const task = stored === undefined ? undefined : await deps.store.getTask(stored.requestId);
      const isOurs = stored?.claimId === claim.record.claimId;
      if (resume !== null && task !== undefined && !isOurs && !isOver(task)) return replayed(await resume(task));
      if (error.code !== 'RepeatedCall' || tries >= maxTries) throw error;
      replaces = stored?.claimId ?? null;
    }
  }
}

/** `sent`: the key, null for none, and whether the `hs-ref-id` is the caller's own. A key goes before a reference. */
export async function answerOnce(
  deps: OnceDeps,
  prepared: PreparedCall,
  sent: { readonly key: string | null; readonly isRefIdSent: boolean },
): Promise<ApiResult> {
  if (sent.key !== null) return await onceByKey(deps, prepared, sent.key);
  if (sent.isRefIdSent && prepared.route.task !== null) return await onceByReference(deps, prepared);
  return await prepared.run(prepared.call);
}
