/**
 * Lists that clients read whole, and never in part without knowing it. A Lambda's answer ends at 6 MB: past 5 MB such a list
 * is refused. Design, section 4.
 */
import { DomainError } from '../domain/errors.ts';
import type { ApiAnswer } from './route.ts';

export const answerLimitBytes = 5 * 1024 * 1024;

/** What a text weighs in a Lambda's answer: it goes as a string in JSON, where each of its quotation marks is two bytes. */
export const sentBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** `what` the list is and where to ask `instead`, as they are told to the caller. Throws `AnswerTooLarge`. */
export function wholeList(body: readonly unknown[], what: string, instead: string): ApiAnswer {
  const bytes = sentBytes(JSON.stringify(body));
  if (bytes <= answerLimitBytes) return { body };
  const limit = megabytes(answerLimitBytes);
  throw new DomainError(
    'AnswerTooLarge',
    `${what} has ${megabytes(bytes)} MB, more than the ${limit} MB of one answer; ${instead}`,
  );
}
