/**
 * Lists that clients read whole, and never in part without knowing it. A Lambda's answer ends at 6 MB: past 5 MB such a list
 * is refused. Design, section 4.
 */
import { DomainError } from '../domain/errors.ts';
import type { ApiAnswer } from './route.ts';

export const answerLimitBytes = 5 * 1024 * 1024;

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** `what` the list is and where to ask `instead`, as they are told to the caller. Throws `AnswerTooLarge`. */
export function wholeList(body: readonly unknown[], what: string, instead: string): ApiAnswer {
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes <= answerLimitBytes) return { body };
  const limit = megabytes(answerLimitBytes);
  throw new DomainError(
    'AnswerTooLarge',
    `${what} has ${megabytes(bytes)} MB, more than the ${limit} MB of one answer; ${instead}`,
  );
}
