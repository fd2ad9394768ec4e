import type * as z from 'zod/mini';
import { arrayRefused, arrayUnavailable, DomainError, isDomainError } from '../../domain/errors.ts';
import type { Log } from '../../ports/log.ts';
import { certificateFailure } from './certificate.ts';
import { ArrayNotAsked } from './circuit-breaker.ts';
import { NoAnswer } from './no-answer.ts';
import { jsonIn, outcomeOf, type Outcome } from './outcome.ts';
import { startPatience, type PatienceOptions } from './patience.ts';
import type { Redact } from './redact.ts';
import type { ArrayRequest, Send } from './tls-transport.ts';

export interface ExchangeOptions {
  readonly send: Send;
  readonly redact: Redact;
  readonly patience: PatienceOptions;
  readonly log: Log;
  /** Host and port, for the log. */
  readonly host: string;
}

export type Asked = Omit<ArrayRequest, 'timeoutMs'>;

/** Single requests under the time bound of one verb, and what their failures mean. */
export interface Exchange {
  /** The body of a good answer. Rejects with ArrayRefused or ArrayUnavailable, and with errors of the credentials. */
  once(request: Asked, onAbsent?: 'is done'): Promise<string>;
  /** @throws ArrayUnavailable when the text is not what is expected. */
  parsed<T>(schema: z.ZodMiniType<T>, text: string): T;
  /** Resolves when the next attempt may begin; rejects with `error` when it is final or patience has ended. */
  pauseOrThrow(attemptNumber: number, error: unknown): Promise<void>;
  refuse(reason: string): Error;
  unavailable(reason: string): Error;
}

/** Asked to be left alone for a while. */
class LaterPlease extends Error {
  readonly retryAfterMs: number;

  constructor(reason: string, retryAfterMs: number) {
    super(reason);
    this.retryAfterMs = retryAfterMs;
  }
}

/** `what` completes "the array refused to ...". */
export const openExchange = (options: ExchangeOptions, what: string): Exchange => {
  const { send, redact, log, host } = options;
  const patience = startPatience(options.patience);

  const refuse = (reason: string): Error => arrayRefused(what, redact(reason));
  const unavailable = (reason: string): DomainError => arrayUnavailable(what, new Error(redact(reason)));

  /** What a request that got no answer means. Errors of others, as of the source of credentials, stay what they are. */
  const meaningOf = (error: unknown): unknown => {
    if (error instanceof ArrayNotAsked) {
      const { code, message } = arrayUnavailable(what, error);
      return new DomainError(code, `${message}: ${error.message}`, { cause: error });
    }
    const certificate = certificateFailure(error);
    if (certificate !== undefined) return refuse(certificate);
    return error instanceof NoAnswer ? unavailable(error.message) : error;
  };

  const attempt = async (request: Asked): Promise<Outcome> => {
    const timeoutMs = shareOf(patience.remainingMs(), request.method);
    if (timeoutMs < 1) throw unavailable(`the ${options.patience.totalMs} ms of this verb are used up`);
    try {
      return outcomeOf(await send({ ...request, timeoutMs }));
    } catch (error) {
      throw meaningOf(error);
    }
  };

  return {
    refuse,
    unavailable,
    once: async (request, onAbsent) => {
      const outcome = await attempt(request);
      switch (outcome.kind) {
        case 'done':
          return outcome.text;
        case 'absent':
          if (onAbsent === 'is done') return '';
          throw refuse(outcome.reason);
        case 'refused':
          throw refuse(outcome.reason);
        case 'later':
          throw arrayUnavailable(what, new LaterPlease(redact(outcome.reason), outcome.retryAfterMs));
      }
    },
    parsed: (schema, text) => {
      const result = schema.safeParse(jsonIn(text));
      if (result.success) return result.data;
      // Unavailable, not refused: after a POST the object may be there, and a proxy's stray page does not come twice.
      const [issue] = result.error.issues;
      throw unavailable(`its answer cannot be read at "${issue?.path.join('.') ?? ''}"`);
    },
    pauseOrThrow: async (attemptNumber, error) => {
      if (!isDomainError(error, 'ArrayUnavailable') || error.cause instanceof ArrayNotAsked) throw error;
      const retryAfterMs = error.cause instanceof LaterPlease ? error.cause.retryAfterMs : 0;
      if (!(await patience.pauseAfter(attemptNumber, retryAfterMs))) throw error;
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      log.warn('array call repeated', { array: host, what, attempt: attemptNumber, cause });
    },
  };
};

/**
 * A read gets a third of what is left, so that two more fit. A write gets three quarters: it may have real work to do,
 * and the quarter left is enough to look what became of it.
 */
const shareOf = (remainingMs: number, method: ArrayRequest['method']): number =>
  Math.floor(method === 'GET' ? remainingMs / 3 : (remainingMs * 3) / 4);
