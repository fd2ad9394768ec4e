/**
 * What IAM would say, for the part of the policy language that this app writes: identity and session policies of one
 * account. It throws for every element, operator and value it does not know, so that it never says yes by ignorance.
 */
import { z } from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => [value].flat());

/** Strict: `NotAction`, `NotResource`, `Principal` and whatever else is refused. */
const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z
    .strictObject({
      StringEquals: z.record(z.string(), oneOrMore).optional(),
      ArnEquals: z.record(z.string(), oneOrMore).optional(),
      Bool: z
        .record(
          z.string(),
          z.enum(['true', 'false']).transform((value) => [value]),
        )
        .optional(),
    })
    .optional(),
});
type Statement = z.infer<typeof Statement>;

const Document = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.union([Statement, z.array(Statement).min(1)]).transform((value) => [value].flat()),
});

export interface AccessRequest {
  /** `sqs:ReceiveMessage`. */
  readonly action: string;
  /** An ARN, or `*` for an action that has no resource. */
  readonly resource: string;
  /** Condition keys and their single values. */
  readonly context?: Readonly<Record<string, string>>;
}

export interface Policies {
  /** Documents of the role, as JSON values. */
  readonly identityPolicies: readonly unknown[];
  /** Absent: no session policy, the role's permissions hold. An empty list allows nothing. */
  readonly sessionPolicies?: readonly unknown[];
}

/** `*` is any text, `?` any one character. Throws for a policy variable. */
const matches = (pattern: string, text: string): boolean => {
  if (pattern.includes('${')) throw new Error(`policy variables are not understood: ${pattern}`);
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
};

const partsOf = (text: string): string[] => {
  const parts = text.split(':');
  if (parts[0] !== 'arn' || parts.length < 6) throw new Error(`not an ARN: ${text}`);
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};

/** Throws where it would matter whether a wildcard reaches over a colon: a wrong no would prove a refusal that is none. */
const matchesArn = (pattern: string, arn: string): boolean => {
  if (pattern === '*') return true;
  const wanted = partsOf(pattern);
  if (arn === '*') return false;
  const parts = partsOf(arn);
  const byPart = wanted.every((part, index) => matches(part, parts[index] ?? ''));
  if (byPart !== matches(pattern, arn)) throw new Error(`a wildcard reaches over a colon: ${pattern} and ${arn}`);
  return byPart;
};

/** Keys and actions are compared without case. */
const valueOf = (context: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];

type Compare = (wanted: string, value: string) => boolean;

const holds = (
  wanted: Readonly<Record<string, readonly string[]>>,
  context: Readonly<Record<string, string>>,
  compare: Compare,
): boolean =>
  Object.entries(wanted).every(([key, values]) => {
    const value = valueOf(context, key);
    return value !== undefined && values.some((one) => compare(one, value));
  });

const applies = ({ Action, Resource, Condition = {} }: Statement, request: AccessRequest): boolean => {
  const context = request.context ?? {};
  const action = request.action.toLowerCase();
  return (
    Action.some((pattern) => matches(pattern.toLowerCase(), action)) &&
    Resource.some((pattern) => matchesArn(pattern, request.resource)) &&
    holds(Condition.StringEquals ?? {}, context, (wanted, value) => wanted === value) &&
    holds(Condition.ArnEquals ?? {}, context, matchesArn) &&
    holds(Condition.Bool ?? {}, context, (wanted, value) => wanted === value)
  );
};

const checkRequest = ({ action, resource }: AccessRequest): void => {
  if (!/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action)) throw new Error(`not an action: ${action}`);
  if (/[*?]/.test(resource) && resource !== '*') throw new Error(`a request names one resource: ${resource}`);
};

/**
 * Allowed by the role's policies and, where there are any, by the session's, and denied by none of them.
 * Throws `ZodError` for a document, and `Error` for a value, that it does not fully understand.
 */
export const isAllowed = ({ identityPolicies, sessionPolicies }: Policies, request: AccessRequest): boolean => {
  checkRequest(request);
  const identity = identityPolicies.flatMap((policy) => Document.parse(policy).Statement);
  const session = sessionPolicies?.flatMap((policy) => Document.parse(policy).Statement);
  const effects = (statements: readonly Statement[]): string[] =>
    statements.filter((statement) => applies(statement, request)).map(({ Effect }) => Effect);
  const groups = [effects(identity), ...(session === undefined ? [] : [effects(session)])];
  return groups.every((group) => group.includes('Allow') && !group.includes('Deny'));
};
