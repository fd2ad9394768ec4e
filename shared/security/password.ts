/** Passwords are stored as scrypt hashes: `scrypt$N$r$p$salt$hash`, base64url. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const cost = { N: 16384, r: 8, p: 1 } as const;
const keyBytes = 32;
const saltBytes = 16;

const derive = (password: string, salt: Buffer, options: { N: number; r: number; p: number }): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, keyBytes, { ...options, maxmem: 256 * options.N * options.r }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });

const stored = (salt: Buffer, key: Buffer): string =>
  ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');

/** Nobody's: compared against where there is no user, so that this costs the same. */
export const unusableHash = stored(Buffer.alloc(saltBytes), Buffer.alloc(keyBytes));

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  return stored(salt, await derive(password, salt, cost));
}

export async function verifyPassword(password: string, hashed: string): Promise<boolean> {
  const [kind, N, r, p, salt, hash] = hashed.split('$');
  if (kind !== 'scrypt' || salt === undefined || hash === undefined) return false;
  const key = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  const expected = Buffer.from(hash, 'base64url');
  return key.length === expected.length && timingSafeEqual(key, expected);
}
