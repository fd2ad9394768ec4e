/**
 * Where the next page of a list begins, as an opaque word: it says nothing to a client, and is good only for the list and
 * the filters that it was given for. Whoever makes one up gets no more than the list itself would show.
 */
import { createHash } from 'node:crypto';

const sealOf = (position: string, list: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([position, list]))
    .digest('base64url')
    .slice(0, 16);

/** `list`: what names the list and its filters; any JSON value. */
export const cursorOf = (position: string, list: unknown): string =>
  `${sealOf(position, list)}${Buffer.from(position).toString('base64url')}`;

/** undefined for a word that is no cursor of this list with these filters. */
export function positionOf(cursor: string, list: unknown): string | undefined {
  const position = Buffer.from(cursor.slice(16), 'base64url').toString();
  return cursorOf(position, list) === cursor ? position : undefined;
}
