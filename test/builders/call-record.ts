import type { CallClaim, CallRecord } from '../../shared/domain/call-record.ts';

/** A claim on a call nobody made before. */
export const aCallClaim = (about: Partial<CallRecord> = {}, replaces: string | null = null): CallClaim => ({
  record: {
    callHash: 'call',
    claimId: 'claim-1',
    fingerprint: 'payload',
    state: 'claimed',
    requestId: '',
    answer: null,
    claimedUntilSeconds: 1060,
    expiresAtSeconds: 87_400,
    ...about,
  },
  replaces,
  atSeconds: 1000,
});
