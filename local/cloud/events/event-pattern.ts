/** Event patterns of lists of exact strings, nested as the event is. */
import { z } from 'zod';

export interface EventPattern {
  readonly [field: string]: readonly string[] | EventPattern;
}

const eventPattern: z.ZodType<EventPattern> = z.lazy(() =>
  z
    .record(z.string(), z.union([z.array(z.string()).min(1), eventPattern]))
    .refine((fields) => Object.keys(fields).length > 0, 'a pattern without a field matches nothing'),
);

/** Throws, naming the rule, for every other way to match (prefix, numeric, anything-but …): it would never match here. */
export const parseEventPattern = (ruleName: string, pattern: unknown): EventPattern => {
  const parsed = eventPattern.safeParse(pattern);
  if (parsed.success) return parsed.data;
  throw new Error(
    `rule ${ruleName}: the embedded cloud matches lists of exact strings only, not the EventPattern ${JSON.stringify(pattern)}`,
  );
};

const isList = (wanted: readonly string[] | EventPattern): wanted is readonly string[] => Array.isArray(wanted);

const matchesField = (wanted: readonly string[] | EventPattern, value: unknown): boolean => {
  // A list in the event matches when one of its items does.
  if (Array.isArray(value)) return value.some((item) => matchesField(wanted, item));
  return isList(wanted) ? typeof value === 'string' && wanted.includes(value) : matchesPattern(wanted, value);
};

/** Every field of the pattern is in the event, with one of the values listed. */
export const matchesPattern = (pattern: EventPattern, event: unknown): boolean =>
  typeof event === 'object' &&
  event !== null &&
  Object.entries(pattern).every(
    ([field, wanted]) => Object.hasOwn(event, field) && matchesField(wanted, Reflect.get(event, field)),
  );
