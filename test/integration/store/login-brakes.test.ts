/** Buckets of attempts in the table: exact however many take at once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrakeKey, brakeRules, waitOf } from '../../../shared/domain/login-brake.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const now = 1_767_000_000;
const aKey = (kind: BrakeKey['kind'] = 'user'): BrakeKey => ({ kind, name: fresh('name') });
const read = async (key: BrakeKey) => (await bed.store.readBrakes([key]))[0];
const take = async (key: BrakeKey, at = now) => bed.store.takeAttempt(await read(key), at);

describe('a bucket', () => {
  it('is full where nobody failed', async () => {
    const key = aKey();
    expect(await read(key)).toEqual({ key, untilSeconds: 0, isNoted: false });
    expect(waitOf(await read(key), now)).toBe(0);
  });

  it.each(['user', 'address'] as const)('of a %s gives its burst, then one per interval', async (kind) => {
    const key = aKey(kind);
    const { burst, secondsPerAttempt } = brakeRules[kind];
    for (let taken = 0; taken < burst; taken += 1) expect(await take(key)).toBe(true);
    expect(await take(key)).toBe(false);
    expect(waitOf(await read(key), now)).toBe(secondsPerAttempt);
    expect(await take(key, now + secondsPerAttempt - 1)).toBe(false);
    expect(await take(key, now + secondsPerAttempt)).toBe(true);
    expect(await take(key, now + secondsPerAttempt)).toBe(false);
  });

  it('gives exactly its burst to many at once, whatever they read before', async () => {
    const key = aKey();
    const before = await read(key);
    const taken = await Promise.all(Array.from({ length: 40 }, () => bed.store.takeAttempt(before, now)));
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

it('forgives the failures of whoever is welcome, and knows them until then', async () => {
  const [failed, known] = [aKey(), aKey('known')];
  await take(failed);
  await bed.store.welcome(failed, known, now + 100);
  expect(await bed.store.readBrakes([failed, known])).toEqual([
    { key: failed, untilSeconds: 0, isNoted: false },
    { key: known, untilSeconds: now + 100, isNoted: false },
  ]);
});

it('keeps names of any length and kind apart, and none of them as it was typed', async () => {
  const names = ['', 'x'.repeat(5000), 'x'.repeat(5001), 'Ann', 'ann', 'ann ', '\u0000', 'ä'];
  for (const name of names) await take({ kind: 'user', name });
  const marks = await bed.store.readBrakes(names.map((name) => ({ kind: 'user' as const, name })));
  expect(marks.map(({ untilSeconds }) => untilSeconds)).toEqual(
    names.map(() => now + brakeRules.user.secondsPerAttempt),
  );
  expect(JSON.stringify(bed.calls)).not.toContain('xxxxx');
});
