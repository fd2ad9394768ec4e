/** Reads answers by the schema of the route that gave them. */
import { expect } from 'vitest';
import * as z from 'zod/mini';
import { FlexTask } from '../../shared/faces/flex/flex-task.ts';
import { FlexValidation } from '../../shared/faces/flex/flex-validation.ts';
import type { ApiBed, TestAnswer } from './api-bed.ts';
import { endpoints } from './api-bed.ts';
import type { TestRequest } from './gateway-event.ts';

const Detail = z.object({ detail: z.string() });
const Refused = z.object({
  detail: z.string(),
  issues: z.array(
    z.object({ issue_type: z.string(), description: z.string(), body: z.record(z.string(), z.unknown()) }),
  ),
});
const Unprocessable = z.object({
  detail: z.array(z.object({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() })),
});

export const detailOf = (answer: TestAnswer): string => Detail.parse(answer.body).detail;
export const issueTypesOf = (answer: TestAnswer): readonly string[] =>
  ('valid' in Object(answer.body) ? FlexValidation.parse(answer.body) : Refused.parse(answer.body)).issues.map(
    (one) => one.issue_type,
  );
/** Fields of a 422, as `body.name_prefix`. */
export const fieldsOf = (answer: TestAnswer): readonly string[] =>
  Unprocessable.parse(answer.body).detail.map((one) => one.loc.join('.'));
export const taskOf = (answer: TestAnswer): FlexTask => FlexTask.parse(answer.body);

function routeOf(operation: string) {
  const found = endpoints.find((endpoint) => endpoint.route.operation === operation);
  if (found === undefined) throw new Error(`no operation ${operation}`);
  return found.route;
}

/** The body, by the response schema of the operation; unknown fields are refused too. */
export function bodyOf(operation: string, answer: TestAnswer): unknown {
  const { response } = routeOf(operation);
  if (response === null) throw new Error(`${operation} answers no body`);
  const parsed = response.parse(answer.body);
  expect(answer.body).toEqual(parsed);
  return parsed;
}

/** Sends and shows that the table is the same afterwards. */
export async function unchanged(bed: ApiBed, request: TestRequest): Promise<TestAnswer> {
  const before = await bed.table.rows();
  const started = bed.flows.started.length;
  const answer = await bed.send(request);
  expect(await bed.table.rows()).toEqual(before);
  expect(bed.flows.started).toHaveLength(started);
  return answer;
}
