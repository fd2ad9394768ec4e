/** Choice rules: which operators are known, and the rewriting the interpreter needs to treat `IsX: false` as AWS does. */

const comparison = /^(String|Numeric|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)(Path)?$/;
const otherOperators: ReadonlySet<string> = new Set([
  'StringMatches',
  'BooleanEquals',
  'BooleanEqualsPath',
  'IsNull',
  'IsPresent',
  'IsNumeric',
  'IsString',
  'IsBoolean',
  'IsTimestamp',
  'And',
  'Or',
  'Not',
  'Variable',
  'Next',
  'Comment',
]);

type Rule = Readonly<Record<string, unknown>>;

const isRule = (value: unknown): value is Rule => typeof value === 'object' && value !== null && !Array.isArray(value);

const innerRules = (rule: Rule): Rule[] =>
  [rule['And'], rule['Or'], rule['Not']]
    .flatMap((inner): unknown[] => (Array.isArray(inner) ? inner : [inner]))
    .filter(isRule);

export const choiceRuleProblems = (rule: Rule): string[] => [
  ...Object.keys(rule)
    .filter((key) => !comparison.test(key) && !otherOperators.has(key))
    .map((key) => `a choice rule's ${key} is not supported`),
  ...innerRules(rule).flatMap(choiceRuleProblems),
];

const rewriteInner = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(rewriteInner);
  return isRule(value) ? rewriteChoiceRule(value) : value;
};

/** The interpreter never matches `IsPresent: false` and its kind, so each becomes `Not` of its opposite. */
export const rewriteChoiceRule = (rule: Rule): Rule => {
  const negated = Object.keys(rule).find((key) => key.startsWith('Is') && rule[key] === false);
  if (negated !== undefined) {
    const { Next, Comment: _comment, ...test } = rule;
    return { ...(Next === undefined ? {} : { Next }), Not: { ...test, [negated]: true } };
  }
  return Object.fromEntries(
    Object.entries(rule).map(([key, value]) => [key, ['And', 'Or', 'Not'].includes(key) ? rewriteInner(value) : value]),
  );
};
