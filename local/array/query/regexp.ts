import { setFlagsFromString } from 'node:v8';
import { refused } from '../api-error.ts';

// Lets a pattern carry the flag `l`: V8 then matches it in a time linear in text and pattern, or refuses to compile it.
setFlagsFromString('--enable-experimental-regexp-engine');

const LONGEST_PATTERN = 500;

/**
 * A search for a pattern that a client sent. No pattern can hang the array, because what cannot be matched in linear
 * time (backreferences, lookaround, big counted repetitions) is refused with a 400, as is what is no pattern at all.
 */
export function linearPattern(text: string): RegExp {
  if (text.length > LONGEST_PATTERN)
    throw refused(`a regular expression is at most ${LONGEST_PATTERN} characters long`);
  try {
    return new RegExp(text, 'l');
  } catch (cause) {
    throw refused(`${text} is not a regular expression that can be used here: ${String(cause)}`);
  }
}
