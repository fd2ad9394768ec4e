/**
 * Every failure a program may act on. `error.name` is the code, so HTTP mapping, ASL `Retry`/`Catch` and logs use one
 * vocabulary. `message` may be shown to the caller; `context` and `cause` are for logs only.
 */
export const errorCodes = [
  'BadRequest',
  'NotAuthenticated',
  'NotAllowed',
  'NotFound',
  'AlreadyExists',
  'RepeatedCall',
  'Refused',
  'Conflict',
  'Busy',
  'AnswerTooLarge',
  'ArrayRefused',
  'ArrayUnavailable',
  'AgentFailed',
  'AgentSilent',
  'FreezeLapsed',
  'TaskCanceled',
  'StaleAttempt',
  'DestinationFailed',
  'NotUndone',
  'TokenGone',
  'Internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Codes for which repeating the same call later may succeed. */
const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['Conflict', 'Busy', 'ArrayUnavailable']);

export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { context?: Record<string, unknown>; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.context = options.context ?? {};
  }

  get retryable(): boolean {
    return retryableCodes.has(this.code);
  }
}

export const arrayRefused = (what: string, answer: string): DomainError =>
  new DomainError('ArrayRefused', `the array refused to ${what}: ${answer}`);

export const arrayUnavailable = (what: string, cause: unknown): DomainError =>
  new DomainError('ArrayUnavailable', `the array did not answer while asked to ${what}`, { cause });

/** Nothing was written: the call is another request's. */
export const repeatedCall = (): DomainError =>
  new DomainError('RepeatedCall', 'the same call is being carried out for another request');

export const isDomainError = (error: unknown, code?: ErrorCode): error is DomainError =>
  error instanceof DomainError && (code === undefined || error.code === code);
