/**
 * Placeholders of a state machine definition. A string value that is exactly `${Name}` becomes a function's ARN, or a
 * NUMBER where the environment sets a time (`"HeartbeatSeconds": "${AgentHeartbeatSeconds}"`), which ASL does not take as text.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const placeholder = /^\$\{([A-Za-z][A-Za-z0-9]*)\}$/;

const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** functions/steps/freeze-source is `${FreezeSourceFunction}`. */
export const functionPlaceholder = (step: string): string => `${pascalCase(step)}Function`;

const substituteText = (text: string, lookUp: (name: string) => string | number): string | number => {
  const name = placeholder.exec(text)?.[1];
  if (name !== undefined) return lookUp(name);
  if (text.includes('${')) throw new Error(`a placeholder must be the whole value: ${text}`);
  return text;
};

const walk = (value: unknown, lookUp: (name: string) => string | number): Json => {
  if (typeof value === 'string') return substituteText(value, lookUp);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => walk(item, lookUp));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, lookUp)]));
  throw new Error(`not JSON: ${typeof value}`);
};

/** Replaces every placeholder; `used` names those met. Throws for a placeholder that `values` does not know. */
export const substitutePlaceholders = (
  definition: unknown,
  values: ReadonlyMap<string, string | number>,
): { readonly definition: Json; readonly used: ReadonlySet<string> } => {
  const used = new Set<string>();
  const lookUp = (name: string): string | number => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`nothing to put in place of \${${name}}`);
    used.add(name);
    return value;
  };
  return { definition: walk(definition, lookUp), used };
};
