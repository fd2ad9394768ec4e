/** Domain errors → status and body. Flex contract, section 3. One table, exhaustive. */
import { DomainError, type ErrorCode, isDomainError } from '../domain/errors.ts';
import type { Issue } from '../domain/issue.ts';

const statusByCode: Readonly<Record<ErrorCode, number>> = {
  BadRequest: 422,
  NotAuthenticated: 403,
  NotAllowed: 403,
  NotFound: 404,
  AlreadyExists: 409,
  RepeatedCall: 409,
  Refused: 409,
  Conflict: 503,
  Busy: 503,
  AnswerTooLarge: 503,
  ArrayRefused: 409,
  ArrayUnavailable: 503,
  AgentFailed: 409,
  AgentSilent: 503,
  FreezeLapsed: 409,
  TaskCanceled: 409,
  StaleAttempt: 500,
  DestinationFailed: 409,
  NotUndone: 500,
  TokenGone: 500,
  Internal: 500,
};

/** A refusal that carries the findings of the validation, so that a client can tell them apart. */
export class Refusal extends DomainError {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super('Refused', issues.map((one) => one.description).join('; '));
    this.issues = issues;
  }
}

export interface FieldProblem {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** The very call is at work; `retryAfterSeconds`, at least 1, until it is known what became of it. */
export class BeingCarriedOut extends DomainError {
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super('RepeatedCall', message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A body, path or query that does not fit its schema. */
export class BadRequest extends DomainError {
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    super('BadRequest', problems.map((one) => `${one.loc.join('.')}: ${one.msg}`).join('; '));
    this.problems = problems;
  }
}

export interface HttpError {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Errors that are not ours are a 500 without a word about their inside. */
export function httpErrorOf(error: unknown): HttpError {
  if (error instanceof BadRequest) return { status: 422, body: { detail: error.problems } };
  if (error instanceof Refusal) return { status: 409, body: { detail: error.message, issues: error.issues } };
  if (!(error instanceof DomainError)) return { status: 500, body: { detail: 'Internal Server Error' } };
  const status = statusByCode[error.code];
  return { status, body: { detail: status === 500 ? 'Internal Server Error' : error.message } };
}

/** Seconds after which a client may repeat, for answers that say "later". */
export const retryAfterSeconds = 5;

/** What `Retry-After` says beside the error; null where repeating does not help. */
export function retryAfterOf(error: unknown): number | null {
  if (error instanceof BeingCarriedOut) return error.retryAfterSeconds;
  const isLaterBetter = httpErrorOf(error).status === 503 && !isDomainError(error, 'AnswerTooLarge');
  return isLaterBetter ? retryAfterSeconds : null;
}
