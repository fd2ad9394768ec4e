import { createHash, timingSafeEqual } from 'node:crypto';
import type { Account } from './accounts.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Whom an Authorization header shows to be calling; undefined when it shows nobody. Takes a time that tells nothing about
 * how close a guess was.
 */
export function authenticate(header: string | undefined, accounts: ReadonlyMap<string, Account>): Account | undefined {
  const [, encoded = ''] = /^Basic\s+(\S+)$/i.exec(header ?? '') ?? [];
  const [, name = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  const account = accounts.get(name);
  const isRight = timingSafeEqual(digest(password), digest(account?.password ?? ''));
  return isRight ? account : undefined;
}
