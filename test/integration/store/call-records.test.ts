/** Records of calls: of many who claim one is let in, and what a call does is noted with it or not at all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCallClaim } from '../../builders/call-record.ts';
import { anAuditEntry, aTask, noGuards } from '../../builders/task.ts';
import { aUser } from '../../builders/access.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const claimed = async () => {
  const claim = aCallClaim({ callHash: fresh('call') });
  expect(await bed.store.claimCall(claim)).toBe(true);
  return claim.record;
};
const read = (callHash: string) => bed.store.getCallRecord(callHash, 1000);

describe('a claim', () => {
  it('is read as it was written', async () => {
    const record = await claimed();
    expect(await read(record.callHash)).toEqual(record);
  });

  it('is given to one of many', async () => {
    const callHash = fresh('call');
    const claims = Array.from({ length: 12 }, (_, index) =>
      aCallClaim({ callHash, claimId: `claim-${String(index)}` }),
    );
    const won = await Promise.all(claims.map((claim) => bed.store.claimCall(claim)));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it('takes the place of the one it names, and of no other', async () => {
    const { callHash } = await claimed();
    const next = { callHash, claimId: 'claim-2' };
    expect(await bed.store.claimCall(aCallClaim(next))).toBe(false);
    expect(await bed.store.claimCall(aCallClaim(next, 'another'))).toBe(false);
    expect(await bed.store.claimCall(aCallClaim(next, 'claim-1'))).toBe(true);
    expect((await read(callHash))?.claimId).toBe('claim-2');
  });

  it('means nothing once it expired, while its row is still there', async () => {
    const { callHash, expiresAtSeconds } = await claimed();
    expect(await bed.store.getCallRecord(callHash, expiresAtSeconds - 1)).toBeDefined();
    expect(await bed.store.getCallRecord(callHash, expiresAtSeconds)).toBeUndefined();
    const next = aCallClaim({ callHash, claimId: 'claim-2' });
    expect(await bed.store.claimCall({ ...next, atSeconds: expiresAtSeconds - 1 })).toBe(false);
    expect(await bed.store.claimCall({ ...next, atSeconds: expiresAtSeconds })).toBe(true);
    expect((await bed.row(`call#${callHash}`, 'call'))?.['expiresAtSeconds']).toEqual({ N: '87400' });
  });

  it('ends with an answer, or without one, for whoever has it', async () => {
    const record = await claimed();
    await bed.store.endClaim({ ...record, claimId: 'another' });
    await bed.store.keepAnswer({ ...record, claimId: 'another' }, null);
    expect(await read(record.callHash)).toEqual(record);
    await bed.store.endClaim(record);
    expect(await read(record.callHash)).toEqual({ ...record, claimedUntilSeconds: 0 });
    const answer = { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"a":null}' };
    await bed.store.keepAnswer(record, answer);
    expect(await read(record.callHash)).toMatchObject({ state: 'answered', answer });
  });

  it('of a call that nobody claimed ends without a row', async () => {
    const { record } = aCallClaim({ callHash: fresh('call') });
    await bed.store.keepAnswer(record, null);
    await bed.store.endClaim(record);
    expect(await read(record.callHash)).toBeUndefined();
  });
});

describe('what a call does', () => {
  const recordUnder = async (claim: ReturnType<typeof aCallClaim>) => {
    const task = aTask({ requestId: fresh('request') });
    const audit = anAuditEntry({ requestId: task.requestId, claim });
    return { task, outcome: bed.store.recordTask(task, audit, noGuards) };
  };

  it('is noted in the transaction that does it', async () => {
    const record = await claimed();
    const { task, outcome } = await recordUnder({ ...aCallClaim(), record, replaces: record.claimId });
    expect(await outcome).toBe('recorded');
    expect(await read(record.callHash)).toEqual({ ...record, state: 'acted', requestId: task.requestId });
  });

  it('needs no claim before, where the claim says so', async () => {
    const claim = aCallClaim({ callHash: fresh('call') });
    const { task, outcome } = await recordUnder(claim);
    expect(await outcome).toBe('recorded');
    expect(await read(claim.record.callHash)).toMatchObject({ state: 'acted', requestId: task.requestId });
  });

  it('keeps its place from who took the call for abandoned before it was written', async () => {
    const record = await claimed();
    await recordUnder({ ...aCallClaim(), record, replaces: record.claimId }).then(({ outcome }) => outcome);
    const late = aCallClaim({ callHash: record.callHash, claimId: 'claim-2' }, record.claimId);
    expect(await bed.store.claimCall(late)).toBe(false);
    expect(await read(record.callHash)).toMatchObject({ claimId: record.claimId, state: 'acted' });
  });

  it('is not done once another request has the call', async () => {
    const record = await claimed();
    for (const claim of [
      { ...aCallClaim(), record, replaces: 'another' },
      aCallClaim({ callHash: record.callHash, claimId: 'claim-2' }),
    ]) {
      const { task, outcome } = await recordUnder(claim);
      await expect(outcome).rejects.toMatchObject({ code: 'RepeatedCall' });
      expect(await bed.store.getTask(task.requestId)).toBeUndefined();
    }
    const user = aUser({ name: fresh('user') });
    const claim = { ...aCallClaim(), record, replaces: 'another' };
    await expect(bed.store.createUser(user, anAuditEntry({ claim }))).rejects.toMatchObject({ code: 'RepeatedCall' });
    expect(await bed.store.getUser(user.name)).toBeUndefined();
    expect(await read(record.callHash)).toEqual(record);
  });

  it('is not noted when it was refused', async () => {
    const record = await claimed();
    const name = fresh('user');
    await bed.store.createUser(aUser({ name }), anAuditEntry());
    const claim = { ...aCallClaim(), record, replaces: record.claimId };
    expect(await bed.store.createUser(aUser({ name }), anAuditEntry({ claim }))).toBe(false);
    expect(await read(record.callHash)).toEqual(record);
  });

  it('keeps the claim out of the audit', async () => {
    const claim = aCallClaim({ callHash: fresh('call') });
    const audit = anAuditEntry({ atMilliseconds: 7_000_000, claim });
    bed.forgetCalls();
    await bed.store.createUser(aUser({ name: fresh('user') }), audit);
    const sent = JSON.stringify(bed.calls.map(({ body }) => body));
    expect(sent.match(/claimId/g)).toHaveLength(1);
  });
});
