/** Buckets of attempts in the table: exact however many take at once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrakeKey, brakeRules, waitOf } from '../../../shared/domain/login-brake.ts';
import { anAppToken, anAppTokenRow, aUser } from '../../builders/access.ts';
import { anAuditEntry } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const now = 1_767_000_000;
const aKey = (kind: BrakeKey['kind'] = 'user'): BrakeKey => ({ kind, name: fresh('name') });
const read = async (key: BrakeKey) => (await bed.store.readBrakes([key], null)).marks[0];
const take = async (key: BrakeKey, at = now) => bed.store.takeAttempt(await read(key), at);

describe('a bucket', () => {
  it('is full where nobody failed', async () => {
    const key = aKey();
    expect(await read(key)).toEqual({ key, untilSeconds: 0, isNoted: false, epoch: null });
    expect(waitOf(await read(key), now)).toBe(0);
  });

  it.each(['user', 'place', 'address', 'audit'] as const)(
    'of a %s gives its burst, then one per interval',
    async (kind) => {
      const key = aKey(kind);
      const { burst, secondsPerAttempt } = brakeRules[kind];
      for (let taken = 0; taken < burst; taken += 1) expect(await take(key)).toBe(true);
      expect(await take(key)).toBe(false);
      expect(waitOf(await read(key), now)).toBe(secondsPerAttempt);
      expect(await take(key, now + secondsPerAttempt - 1)).toBe(false);
      expect(await take(key, now + secondsPerAttempt)).toBe(true);
      expect(await take(key, now + secondsPerAttempt)).toBe(false);
    },
  );

  it('gives exactly its burst to many at once, whatever they read before', async () => {
    const key = aKey();
    const before = await read(key);
    const taken = await Promise.all(
      Array.from({ length: brakeRules.user.burst + 20 }, () => bed.store.takeAttempt(before, now)),
    );
    expect(taken.filter(Boolean)).toHaveLength(brakeRules.user.burst);
  });

  it('is full again after a while, and begins anew', async () => {
    const key = aKey();
    while (await take(key));
    const later = now + brakeRules.user.burst * brakeRules.user.secondsPerAttempt;
    expect(await take(key, later)).toBe(true);
    expect((await read(key)).untilSeconds).toBe(later + brakeRules.user.secondsPerAttempt);
  });

  it('is noted as empty once, until an attempt is taken', async () => {
    const key = aKey();
    while (await take(key));
    const empty = await read(key);
    expect(await Promise.all([bed.store.noteEmpty(empty), bed.store.noteEmpty(empty)])).toContain(false);
    expect(await read(key)).toEqual({ ...empty, isNoted: true });
    expect(await take(key, now + brakeRules.user.secondsPerAttempt)).toBe(true);
    expect((await read(key)).isNoted).toBe(false);
    expect(await bed.store.noteEmpty(empty)).toBe(false);
  });
});

describe('an attempt that is given back', () => {
  it('is there again, however full the bucket was', async () => {
    const key = aKey('place');
    while (await take(key));
    await bed.store.giveBackAttempt(key, now);
    expect([await take(key), await take(key)]).toEqual([true, false]);
  });

  it('is no more than a full bucket holds', async () => {
    const key = aKey('place');
    for (let times = 0; times < 3; times += 1) await bed.store.giveBackAttempt(key, now);
    expect(await read(key)).toMatchObject({ untilSeconds: 0 });
    await take(key);
    await bed.store.giveBackAttempt(key, now + 29);
    await bed.store.giveBackAttempt(key, now + 29);
    const before = await read(key);
    const all = Array.from({ length: 40 }, () => bed.store.takeAttempt(before, now + 29));
    expect((await Promise.all(all)).filter(Boolean)).toHaveLength(brakeRules.place.burst);
  });
});

it('knows users where they logged in, at their epoch, and reads them in the same call', async () => {
  const user = aUser({ name: fresh('user'), role: 'viewer' });
  await bed.store.createUser(user, anAuditEntry());
  const [known, other] = [aKey('known'), aKey('known')];
  const token = anAppTokenRow(anAppToken({ tokenId: fresh('token') }));
  await bed.store.openSession(token, { key: known, epoch: 3, untilSeconds: now + 100 }, anAuditEntry());
  bed.forgetCalls();
  expect(await bed.store.readBrakes([other, known], user.name)).toEqual({
    marks: [
      { key: other, untilSeconds: 0, isNoted: false, epoch: null },
      { key: known, untilSeconds: now + 100, isNoted: false, epoch: 3 },
    ],
    user,
  });
  expect(bed.calls.map(({ operation }) => operation)).toEqual(['BatchGetItem']);
  expect((await bed.store.readBrakes([known], fresh('nobody'))).user).toBeUndefined();
});

it('keeps names of any length and kind apart, and none of them as it was typed', async () => {
  const names = ['', 'x'.repeat(5000), 'x'.repeat(5001), 'Ann', 'ann', 'ann ', '\u0000', 'ä'];
  for (const name of names) await take({ kind: 'user', name });
  const keys = names.map((name) => ({ kind: 'user' as const, name }));
  const { marks } = await bed.store.readBrakes(keys, null);
  expect(marks.map(({ untilSeconds }) => untilSeconds)).toEqual(
    names.map(() => now + brakeRules.user.secondsPerAttempt),
  );
  expect(JSON.stringify(bed.calls)).not.toContain('xxxxx');
});
