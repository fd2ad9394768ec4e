import { describe, expect, it } from 'vitest';
import { connectedWithinSeconds, isConnected } from '../../../shared/domain/host.ts';
import { type Audience, isExpired, mayCall, type Principal, principalName } from '../../../shared/domain/token.ts';
import { aHost } from '../../builders/host.ts';

const host: Principal = { kind: 'host', hostId: 'h' };
const user = (role: 'admin' | 'operator' | 'viewer'): Principal => ({ kind: 'user', name: role, role, epoch: 0 });
const app = (role: 'admin' | 'operator' | 'viewer'): Principal => ({
  kind: 'app',
  name: 'nightly',
  user: role,
  tokenId: 't',
  role,
  epoch: 0,
});

const audiences: readonly Audience[] = [
  'public',
  'viewer',
  'operator',
  'admin',
  'admin-session',
  'host',
  'user',
  'user-session',
];
const allowed: readonly (readonly [Principal, readonly Audience[]])[] = [
  [user('viewer'), ['public', 'viewer', 'user', 'user-session']],
  [user('operator'), ['public', 'viewer', 'operator', 'user', 'user-session']],
  [user('admin'), ['public', 'viewer', 'operator', 'admin', 'admin-session', 'user', 'user-session']],
  [app('viewer'), ['public', 'viewer', 'user']],
  [app('operator'), ['public', 'viewer', 'operator', 'user']],
  [app('admin'), ['public', 'viewer', 'operator', 'admin', 'user']],
];

const forPeople: readonly Audience[] = ['admin', 'admin-session', 'user', 'user-session'];

describe('who may call what', () => {
  it.each(
    allowed.flatMap(([principal, may]) =>
      audiences.map((audience) => ({ principal, audience, expected: may.includes(audience) })),
    ),
  )('$principal.kind $principal.role, $audience: $expected', ({ principal, audience, expected }) => {
    for (const hostTokenMayOperate of [true, false])
      expect(mayCall(principal, audience, { hostTokenMayOperate })).toBe(expected);
  });
  it.each(audiences)('a host, %s', (audience) => {
    const may = (hostTokenMayOperate: boolean) => mayCall(host, audience, { hostTokenMayOperate });
    expect(may(true)).toBe(!forPeople.includes(audience));
    expect(may(false)).toBe(![...forPeople, 'operator'].includes(audience));
  });
  it('names principals apart', () => {
    expect([user('admin'), app('admin'), host].map(principalName)).toEqual([
      'user:admin',
      'app:admin/nightly',
      'host:h',
    ]);
  });
});

describe('a token', () => {
  it.each([
    [0, 10, false],
    [10, 9, false],
    [10, 10, true],
    [10, 11, true],
  ])('that expires at %d is expired at %d: %s', (expiresAtSeconds, now, expected) => {
    expect(isExpired({ expiresAtSeconds }, now)).toBe(expected);
  });
});

describe('a host', () => {
  it.each([
    [1000, 1000, true],
    [1000, 1000 + connectedWithinSeconds - 1, true],
    [1000, 1000 + connectedWithinSeconds, false],
    [0, 10, false],
    // The clock of whoever looks may be behind the one that noted the heartbeat.
    [1000, 999, true],
  ])('last seen at %d is connected at %d: %s', (lastSeenSeconds, now, expected) => {
    expect(isConnected(aHost({ lastSeenSeconds }), now)).toBe(expected);
  });
});
