/** Reads the properties of one resource: those the engines need resolved and checked, the rest known to be harmless. */
import { z } from 'zod';
import { resolveValue } from './intrinsics.ts';
import type { StackScope } from './references.ts';
import type { Resource } from './template.ts';

export interface FoundResource {
  readonly logicalId: string;
  readonly resource: Resource;
  readonly scope: StackScope;
}

/**
 * Resolves and parses the properties named by `schema`. A property that is neither there nor in `ignored` is refused by
 * name, so that a new wish of the app is either honoured here or known to change nothing on one machine.
 */
export const readProperties = <Shape extends z.ZodRawShape>(
  { logicalId, resource, scope }: FoundResource,
  schema: z.ZodObject<Shape>,
  ignored: readonly string[],
): z.infer<z.ZodObject<Shape>> => {
  const at = `${scope.stackName}: ${logicalId} (${resource.Type})`;
  const unknown = Object.keys(resource.Properties).filter((name) => !(name in schema.shape) && !ignored.includes(name));
  if (unknown.length > 0) throw new Error(`${at}: the embedded cloud does not understand ${unknown.join(', ')}`);
  const wanted = Object.entries(resource.Properties).filter(([name]) => name in schema.shape);
  const parsed = schema.safeParse(
    Object.fromEntries(wanted.map(([name, value]) => [name, resolveValue(value, scope)])),
  );
  if (!parsed.success) throw new Error(`${at}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};
