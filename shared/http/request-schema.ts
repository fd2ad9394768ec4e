import * as z from 'zod/mini';
import { BadRequest, type FieldProblem } from './http-errors.ts';
import type { ApiEvent } from './api-event.ts';
import { bodyText, parseJson } from './request-body.ts';
import type { Route } from './route.ts';

interface Part {
  readonly where: 'path' | 'query' | 'body';
  readonly schema: z.ZodMiniType | undefined;
  readonly value: unknown;
}

/** A schema's findings as they go over the wire, each with the place it is about. */
export const fieldProblems = (where: readonly string[], error: z.core.$ZodError): readonly FieldProblem[] =>
  error.issues.map((issue) => ({
    loc: [...where, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))],
    msg: issue.message,
    type: issue.code,
  }));

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Older clients send null for what they do not say. A field that may be null keeps it. What no schema knows stays as it
 * is: it is ignored, or is an agent's own.
 */
function withoutNulls(schema: z.core.$ZodType | undefined, value: unknown): unknown {
  if (schema instanceof z.ZodMiniArray && Array.isArray(value)) {
    return value.map((one) => withoutNulls(schema.def.element, one));
  }
  if (!(schema instanceof z.ZodMiniObject) || !isObject(value)) return value;
  const fields = new Map(Object.entries(schema.def.shape));
  const said = Object.entries(value).filter(([key, one]) => {
    const field = fields.get(key);
    return one !== null || field === undefined || z.safeParse(field, null).success;
  });
  return Object.fromEntries(said.map(([key, one]) => [key, withoutNulls(fields.get(key), one)]));
}

function check({ where, schema, value }: Part): {
  readonly value: unknown;
  readonly problems: readonly FieldProblem[];
} {
  if (schema === undefined) return { value: undefined, problems: [] };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, problems: [] };
  return { value: undefined, problems: fieldProblems([where], parsed.error) };
}

/** Parses path, query and body with the route's schemas; all problems are told at once, as 422. */
export function parseRequest(route: Route, event: ApiEvent) {
  const text = bodyText(event);
  const json = route.bodyFormat === 'json' && route.request.body !== undefined;
  const path = check({ where: 'path', schema: route.request.path, value: event.pathParameters ?? {} });
  const query = check({ where: 'query', schema: route.request.query, value: event.queryStringParameters ?? {} });
  const schema = route.request.body;
  const body = check({ where: 'body', schema, value: json ? withoutNulls(schema, parseJson(text)) : text });
  const problems = [...path.problems, ...query.problems, ...body.problems];
  if (problems.length > 0) throw new BadRequest(problems);
  return { path: path.value, query: query.value, body: body.value, rawBody: text };
}
