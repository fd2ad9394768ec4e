/**
 * What is remembered of a call, so that its repeat is known and nothing is done twice (docs/adr/0013). A record belongs to
 * an `Idempotency-Key`, or to a whole call with its `hs-ref-id` (Flex contract, section 12).
 */

/** An answer as it went over the wire. */
export interface KeptAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface CallRecord {
  /** Whose call, of what, under which key. */
  readonly callHash: string;
  /** The request that carries it out: what another one claimed since is no business of this one any more. */
  readonly claimId: string;
  /** Tells the payload from others. */
  readonly fingerprint: string;
  /** `acted`: its effect is written, by the same transaction. `answered`: the answer stands, or was one not to keep. */
  readonly state: 'claimed' | 'acted' | 'answered';
  /** The task that the effect recorded or is about; ''. */
  readonly requestId: string;
  /** Null until it is answered, and for an answer that holds a secret. */
  readonly answer: KeptAnswer | null;
  /** Until then whoever claimed it is taken to be at work. */
  readonly claimedUntilSeconds: number;
  /** From then on the record means nothing. */
  readonly expiresAtSeconds: number;
}

/** A request's right to write the effect of a call. */
export interface CallClaim {
  readonly record: CallRecord;
  /** The claim whose place it takes, its own where that is stored already; null: there is none, or an expired one. */
  readonly replaces: string | null;
  readonly atSeconds: number;
}

/** A key is remembered this long. Design, section 4. */
export const keyLifeSeconds = 24 * 3600;

/** Longer than any function of the API runs: who claimed a call and is silent since is dead. A test compares. */
export const claimSeconds = 60;

/** A repeat of the same call under the same `hs-ref-id`. Flex contract, section 12. */
export const sameReferenceSeconds = 60;

/**
 * `abandoned`: whoever claimed it ended without an effect, as far as is known, and it may be carried out. `unanswered`: the
 * effect is written, and its answer was lost.
 */
export type Standing = 'running' | 'abandoned' | 'unanswered' | 'answered';

export function standingOf(record: CallRecord, nowSeconds: number): Standing {
  if (record.state === 'answered') return 'answered';
  if (record.claimedUntilSeconds > nowSeconds) return 'running';
  return record.state === 'acted' ? 'unanswered' : 'abandoned';
}
