/** The part of the store that knows which calls were made. Their effect is noted by the transaction that writes it. */
import type { CallClaim, CallRecord, KeptAnswer } from '../domain/call-record.ts';

export interface CallStore {
  /** Consistent; undefined also for one that expired by then. */
  getCallRecord(callHash: string, nowSeconds: number): Promise<CallRecord | undefined>;
  /** False when another claim stands. */
  claimCall(claim: CallClaim): Promise<boolean>;
  /** Null for an answer that is not to be kept. Nothing happens once another request claimed the call. */
  keepAnswer(record: CallRecord, answer: KeptAnswer | null): Promise<void>;
  /** The request ended without an answer to keep: the next one need not wait. */
  endClaim(record: CallRecord): Promise<void>;
}
