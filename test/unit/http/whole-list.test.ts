import { expect, it } from 'vitest';
import { answerLimitBytes, wholeList } from '../../../shared/http/whole-list.ts';

/** Of a list of one text: brackets and quotation marks around it. */
const around = 4;

it.each([
  ['plain text', 'x', 1],
  ['quotation marks, each of which is escaped twice', '"', 4],
])('measures %s as a Lambda answers it', (_, letter, sentBytesEach) => {
  const fitting = Math.floor((answerLimitBytes - around * 2) / sentBytesEach);
  expect(wholeList([letter.repeat(fitting - 8)], 'it', 'ask less')).toHaveProperty('body');
  expect(() => wholeList([letter.repeat(fitting + 8)], 'it', 'ask less')).toThrow('more than the 5.0 MB of one answer');
});
