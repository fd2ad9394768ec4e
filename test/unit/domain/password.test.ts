import { describe, expect, it } from 'vitest';
import { hashPassword, unusableHash, verifyPassword } from '../../../shared/security/password.ts';

describe('a password', () => {
  it('is known again by its hash only, which never is the same twice', async () => {
    const [one, other] = [await hashPassword('gäheim 1'), await hashPassword('gäheim 1')];
    expect(one).toMatch(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toBe(other);
    expect(one).not.toContain('heim');
    expect(await verifyPassword('gäheim 1', one)).toBe(true);
    expect(await verifyPassword('gäheim 1', other)).toBe(true);
    for (const wrong of ['', 'gäheim', 'Gäheim 1', 'gäheim 1 ']) expect(await verifyPassword(wrong, one)).toBe(false);
  });

  it('of nobody costs the same, and is never right', async () => {
    const costOf = (stored: string) => stored.split('$').map((part, at) => (at < 4 ? part : part.length));
    expect(costOf(unusableHash)).toEqual(costOf(await hashPassword('x')));
    for (const password of ['', 'x']) expect(await verifyPassword(password, unusableHash)).toBe(false);
  });

  it('is checked with the cost it was hashed at', async () => {
    // scrypt of 'pleaseletmein' with the salt 'SodiumChloride', N 16384, r 8, p 1: RFC 7914, section 12 (first 32 bytes).
    const hash = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex').toString(
      'base64url',
    );
    const stored = `scrypt$16384$8$1$${Buffer.from('SodiumChloride').toString('base64url')}$${hash}`;
    expect(await verifyPassword('pleaseletmein', stored)).toBe(true);
  });

  it.each(['', 'plain', 'scrypt$16384$8$1$salt', 'bcrypt$16384$8$1$c2FsdA$aGFzaA', 'scrypt$16384$8$1$c2FsdA$'])(
    'is wrong for the stored value %j',
    async (stored) => {
      expect(await verifyPassword('x', stored)).toBe(false);
    },
  );
});
