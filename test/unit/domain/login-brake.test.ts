import { describe, expect, it } from 'vitest';
import {
  brakeRules,
  isKnown,
  isWelcomeDue,
  knownForSeconds,
  networkOf,
  waitOf,
} from '../../../shared/domain/login-brake.ts';

const now = 1_767_000_000;
const mark = (kind: 'user' | 'address' | 'audit' | 'known', untilSeconds: number) =>
  ({ key: { kind, name: 'ann' }, untilSeconds, isNoted: false }) as const;

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
    expect(waitOf(mark('known', now + knownForSeconds), now)).toBe(0);
  });
});

describe('a welcome', () => {
  it.each([
    ['is due at an address that is new', 0, 0, true],
    ['is due where failures are to be forgiven', now + 30, now + knownForSeconds, true],
    ['is not due again soon', 0, now + knownForSeconds, false],
    ['is due again after half of the time', 0, now + knownForSeconds / 2 - 1, true],
  ])('%s', (_, failed, known, expected) => {
    expect(isWelcomeDue(mark('user', failed), mark('known', known), now)).toBe(expected);
  });

  it('ends', () => {
    expect([isKnown(mark('known', now + 1), now), isKnown(mark('known', now), now)]).toEqual([true, false]);
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
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
