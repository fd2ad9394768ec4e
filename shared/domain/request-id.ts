/**
 * Request ids are URL-safe, 32 characters, and sort by creation: 7 characters of milliseconds (until 2109) in an alphabet whose
 * order is its ASCII order, then 25 random ones (150 bits). One partition of tasks is thereby ordered by time.
 * Flex contract, section 7.7: URL-safe base64 characters, 24-43 long.
 */
import { createHash } from 'node:crypto';

const alphabet = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const timeCharacters = 7;
const randomCharacters = 25;

export function requestIdOf(nowMilliseconds: number, randomBytes: Uint8Array): string {
  let rest = nowMilliseconds;
  let time = '';
  for (let i = 0; i < timeCharacters; i += 1) {
    time = alphabet.charAt(rest % 64) + time;
    rest = Math.floor(rest / 64);
  }
  const random = Array.from(randomBytes.subarray(0, randomCharacters), (byte) => alphabet.charAt(byte % 64)).join('');
  return time + random;
}

export const requestIdRandomBytes = randomCharacters;

/**
 * The one request id of what falls due at an instant: whoever comes to it a second time finds the task of the first.
 * `parts` name the thing, and hold no newline.
 */
export const dueRequestId = (dueSeconds: number, ...parts: readonly string[]): string =>
  requestIdOf(
    dueSeconds * 1000,
    createHash('sha256')
      .update([String(dueSeconds), ...parts].join('\n'))
      .digest(),
  );
