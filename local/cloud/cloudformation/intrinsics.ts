/** CloudFormation's functions, in the forms CDK writes. What is not known here is refused by its name. */
import { z } from 'zod';

/** How one template's references are answered. */
export interface Scope {
  /** For error messages: what is being resolved. */
  readonly stackName: string;
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  importValue(exportName: string): unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const attributeParts = z.union([
  z.tuple([z.string(), z.string()]),
  z
    .string()
    .regex(/^[^.]+\..+$/)
    .transform((text): [string, string] => [text.slice(0, text.indexOf('.')), text.slice(text.indexOf('.') + 1)]),
]);
const joinParts = z.tuple([z.string(), z.array(z.unknown())]);
const subParts = z.union([
  z.string().transform((text): [string, Fields] => [text, {}]),
  z.tuple([z.string(), z.record(z.string(), z.unknown())]),
]);
const selectParts = z.tuple([z.coerce.number().int(), z.unknown()]);
const splitParts = z.tuple([z.string(), z.unknown()]);

const asText = (value: unknown, scope: Scope): string => {
  const resolved = resolveValue(value, scope);
  if (typeof resolved === 'string' || typeof resolved === 'number' || typeof resolved === 'boolean')
    return String(resolved);
  throw new Error(`${scope.stackName}: text expected, not ${JSON.stringify(value)}`);
};

const substitute = ([text, own]: readonly [string, Fields], scope: Scope): string =>
  text.replaceAll(/\$\{([^}]+)\}/g, (_whole, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(own, name)) return asText(own[name], scope);
    return asText(name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name }, scope);
  });

const listOf = (value: unknown, scope: Scope): unknown[] => z.array(z.unknown()).parse(resolveValue(value, scope));

const applyFunction = (name: string, argument: unknown, scope: Scope): unknown => {
  switch (name) {
    case 'Ref':
      return scope.ref(z.string().parse(argument));
    case 'Fn::GetAtt':
      return scope.attribute(...attributeParts.parse(argument));
    case 'Fn::ImportValue':
      return scope.importValue(asText(argument, scope));
    case 'Fn::Join': {
      const [separator, parts] = joinParts.parse(argument);
      return parts.map((part) => asText(part, scope)).join(separator);
    }
    case 'Fn::Sub':
      return substitute(subParts.parse(argument), scope);
    case 'Fn::Select': {
      const [index, list] = selectParts.parse(argument);
      return listOf(list, scope)[index];
    }
    case 'Fn::Split': {
      const [separator, text] = splitParts.parse(argument);
      return asText(text, scope).split(separator);
    }
    default:
      throw new Error(`${scope.stackName}: the embedded cloud does not know ${name}`);
  }
};

const functionIn = (fields: Fields): readonly [string, unknown] | null => {
  const [only, ...more] = Object.entries(fields);
  if (only === undefined || more.length > 0) return null;
  return only[0] === 'Ref' || only[0].startsWith('Fn::') ? only : null;
};

/** `value` with every CloudFormation function in it answered; throws for one that is not known, naming it. */
export const resolveValue = (value: unknown, scope: Scope): unknown => {
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, scope));
  if (!isFields(value)) return value;
  const applied = functionIn(value);
  if (applied !== null) return applyFunction(applied[0], applied[1], scope);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveValue(item, scope)]));
};
