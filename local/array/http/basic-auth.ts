import { createHash, timingSafeEqual } from 'node:crypto';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Checks an Authorization header, in a time that tells nothing about how close a guess was. */
export function isAuthorized(header: string | undefined, { user, password }: Credentials): boolean {
  const [, encoded] = /^Basic\s+(\S+)$/i.exec(header ?? '') ?? [];
  const sent = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  return timingSafeEqual(digest(sent), digest(`${user}:${password}`));
}
