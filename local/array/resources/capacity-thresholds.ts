import type { FieldDefinition } from './definition.ts';
import { numberIn, type Draft } from './value.ts';

/** Percent of a capacity. */
export const threshold: FieldDefinition = { kind: 'int', onPatch: true, minimum: 0, maximum: 100 };

const RISING = ['warning_threshold', 'error_threshold', 'critical_threshold', 'full_threshold'];

/** Each threshold is worse than the one before it. */
export function checkThresholds(after: Draft): string | undefined {
  const wrong = RISING.find((name, at) => {
    const lower = numberIn(after, RISING[at - 1] ?? '');
    return lower !== undefined && (numberIn(after, name) ?? 0) < lower;
  });
  return wrong === undefined ? undefined : `field ${wrong} is below the threshold that comes before it`;
}
