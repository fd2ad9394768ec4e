/** Questions to templates in general: by type and reference, never by the name of a resource. */
import { z } from 'zod';

import type { Resource, Synthesized } from './synthesized.ts';

const Reference = z.union([
  z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
  z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((value) => value['Fn::GetAtt'][0]),
]);

/** The resource of the same stack that `value` refers to. */
export const referredTo = (value: unknown, from: Resource, app: Synthesized): Resource | undefined => {
  const reference = Reference.safeParse(value);
  if (!reference.success) return undefined;
  return app.resources.find(({ stack, logicalId }) => stack === from.stack && logicalId === reference.data);
};

/** The value at a path of names and indices; undefined where the path ends early. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[step] : undefined,
    value,
  );

export const listAt = (value: unknown, ...path: readonly (string | number)[]): readonly unknown[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as unknown[]) : [];
};

const Statement = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.unknown().optional(),
  Condition: z.record(z.string(), z.unknown()).optional(),
});
export type PolicyStatement = z.infer<typeof Statement>;

/** Statements of every policy document inside a value, at any depth. */
export const statementsIn = (value: unknown): PolicyStatement[] => {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'Version' in value ? listAt(value, 'Statement').map((statement) => Statement.parse(statement)) : [];
  return [...own, ...Object.values(value).flatMap(statementsIn)];
};

/** Whether a principal is everybody: `*`, `{AWS: '*'}`, or a list with `*` in it. */
export const isEverybody = (principal: unknown): boolean => {
  if (principal === '*') return true;
  if (typeof principal !== 'object' || principal === null) return false;
  return Object.values(principal).some((one) => one === '*' || (Array.isArray(one) && one.includes('*')));
};

/** For messages of assertions. */
export const labelOf = ({ stack, logicalId }: Resource): string => `${stack}/${logicalId}`;
