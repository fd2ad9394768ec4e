import { expect, it } from 'vitest';
import { rewriteChoiceRule } from '../../../local/cloud/state-machines/choice-rules.ts';

it('turns IsX false into Not, and keeps Next outside it', () => {
  expect(rewriteChoiceRule({ Variable: '$.a', IsPresent: false, Next: 'B' })).toEqual({
    Next: 'B',
    Not: { Variable: '$.a', IsPresent: true },
  });
});

it('does so inside And, Or and Not', () => {
  expect(
    rewriteChoiceRule({
      Next: 'B',
      And: [{ Variable: '$.a', IsNull: false }, { Not: { Variable: '$.b', IsString: false } }],
    }),
  ).toEqual({
    Next: 'B',
    And: [{ Not: { Variable: '$.a', IsNull: true } }, { Not: { Not: { Variable: '$.b', IsString: true } } }],
  });
});

it('leaves comparisons with false alone', () => {
  const rule = { Variable: '$.ok', BooleanEquals: false, Next: 'B' };
  expect(rewriteChoiceRule(rule)).toEqual(rule);
});
