import { describe, expect, it } from 'vitest';
import {
  brakeRules,
  isKnown,
  isWorthKnowing,
  knownPlace,
  networkOf,
  waitOf,
} from '../../../shared/domain/login-brake.ts';

const now = 1_767_000_000;
const month = 30 * 24 * 3600;
const mark = (kind: 'user' | 'known', untilSeconds: number) =>
  ({ key: { kind, name: 'ann' }, untilSeconds, isNoted: false, epoch: null }) as const;

describe('the wait', () => {
  const { burst, secondsPerAttempt } = brakeRules.user;
  it.each([
    ['of a full bucket', 0, 0],
    ['of one that was empty long ago', now - 1, 0],
    ['with one attempt left', now + (burst - 1) * secondsPerAttempt, 0],
    ['with none', now + burst * secondsPerAttempt, secondsPerAttempt],
    ['a second later', now + burst * secondsPerAttempt - 1, secondsPerAttempt - 1],
  ])('%s', (_, until, expected) => {
    expect(waitOf(mark('user', until), now)).toBe(expected);
  });

  it('is none for who is known somewhere', () => {
    expect(waitOf(mark('known', now + month), now)).toBe(0);
  });
});

describe('where a user logged in', () => {
  const user = { tokenEpoch: 3 };
  it.each([
    ['is known', 3, now + month, true, false],
    ['is known, and soon not', 3, now + month / 2, true, true],
    ['is known for a last second', 3, now + 1, true, true],
    ['is forgotten', 3, now, false, true],
    ['was never known', null, 0, false, true],
    ['was known in another epoch', 2, now + month, false, true],
  ])('%s', (_, epoch, untilSeconds, known, worth) => {
    const there = { epoch, untilSeconds };
    expect([isKnown(there, user, now), isWorthKnowing(there, user, now)]).toEqual([known, worth]);
  });

  it('is known for thirty days, and nobody is known who is no user', () => {
    const known = knownPlace(mark('known', 0).key, 3, now);
    expect(known).toEqual({ key: { kind: 'known', name: 'ann' }, epoch: 3, untilSeconds: now + month });
    expect([isKnown(known, user, now), isKnown(known, undefined, now)]).toEqual([true, false]);
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['', ''],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1'],
    ['2001:db8:0:1::5', '2001:db8:0:1'],
    ['2001:db8::5', '2001:db8:0:0'],
    ['2001:db8::', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['2001:0DB8:0000:0001::5', '2001:db8:0:1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:0a00:1', '10.0.0.1'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
