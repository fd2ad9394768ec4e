import * as z from 'zod/mini';
import { arrayRefused, arrayUnavailable, isDomainError } from '../../domain/errors.ts';
import type { Log } from '../../ports/log.ts';
import { certificateFailure } from './certificate-failure.ts';
import { jsonIn, outcomeOf, type Outcome } from './outcome.ts';
import { startPatience, type PatienceOptions } from './patience.ts';
import type { Redact } from './redact.ts';
import type { ArrayRequest, Send } from './tls-transport.ts';

export interface SessionOptions {
  readonly send: Send;
  readonly redact: Redact;
  readonly patience: PatienceOptions;
  readonly log: Log;
}

type Filter = Readonly<Record<string, string>>;
type Body = Readonly<Record<string, unknown>>;

/** Everything one verb asks of the array, under one time bound. All reject with ArrayRefused or ArrayUnavailable. */
export interface ArraySession {
  /** All pages of a collection, in the order of ids. Repeated while the array is unavailable. */
  list<T>(resource: string, filter: Filter, item: z.ZodMiniType<T>): Promise<T[]>;
  /** What `find` sees, else what `create` makes; `find` looks again before every further attempt. Never two objects. */
  ensure<T>(find: () => Promise<T | undefined>, create: () => Promise<T>): Promise<T>;
  /** One POST, never repeated here: use it inside `ensure`. */
  create<T>(resource: string, body: Body, item: z.ZodMiniType<T>): Promise<T>;
  /** PATCH of absolute values, so that a repeat changes nothing. */
  update(ref: string, body: Body): Promise<void>;
  /** DELETE; "not there" is done. */
  remove(ref: string): Promise<void>;
  /** Repeats `look` until it answers something: some objects appear a moment after the call that made them. */
  until<T>(look: () => Promise<T | undefined>, missing: string): Promise<T>;
  /** The array's state contradicts what the verb is to ensure. */
  refuse(reason: string): Error;
}

const pageSize = 1000;

/** `what` completes "the array refused to ...". */
export const openSession = (options: SessionOptions, what: string): ArraySession => {
  const { send, redact, log } = options;
  const patience = startPatience(options.patience);

  const refuse = (reason: string): Error => arrayRefused(what, redact(reason));
  const unavailable = (cause: unknown): Error => arrayUnavailable(what, cause);

  const attempt = async (request: Omit<ArrayRequest, 'timeoutMs'>): Promise<Outcome> => {
    const timeoutMs = shareOf(patience.remainingMs(), request.method);
    if (timeoutMs < 1) throw unavailable(new Error(`the ${options.patience.totalMs} ms of this verb are used up`));
    try {
      return outcomeOf(await send({ ...request, timeoutMs }));
    } catch (error) {
      const certificate = certificateFailure(error);
      throw certificate === undefined ? unavailable(error) : refuse(`its certificate is not trusted (${certificate})`);
    }
  };

  const once = async (request: Omit<ArrayRequest, 'timeoutMs'>, onAbsent?: 'is done'): Promise<string> => {
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
        throw unavailable(new Error(redact(outcome.reason)));
    }
  };

  /** Resolves when the next attempt may begin; rejects with `error` when it is final or patience has ended. */
  const pauseOrThrow = async (attemptNumber: number, error: unknown): Promise<void> => {
    if (!isDomainError(error, 'ArrayUnavailable')) throw error;
    if (!(await patience.pauseAfter(attemptNumber))) throw error;
    const cause = error.cause instanceof Error ? error.cause.message : 'unknown';
    log.warn('array call repeated', { what, attempt: attemptNumber, cause });
  };

  const repeating = async <T>(act: () => Promise<T>): Promise<T> => {
    for (let number = 1; ; number += 1) {
      try {
        return await act();
      } catch (error) {
        await pauseOrThrow(number, error);
      }
    }
  };

  const parsed = <T>(schema: z.ZodMiniType<T>, text: string): T => {
    const result = schema.safeParse(jsonIn(text));
    // Unavailable, not refused: after a POST the object may be there, and a proxy's stray page does not come twice.
    if (!result.success) throw unavailable(result.error);
    return result.data;
  };

  const session: ArraySession = {
    refuse,
    list: async (resource, filter, item) => {
      const page = z.object({ hits: z.array(item), total: z.number() });
      const all: z.infer<typeof item>[] = [];
      for (;;) {
        const query = { ...filter, __sort: 'id', __limit: String(pageSize), __offset: String(all.length) };
        const { hits, total } = await repeating(async () =>
          parsed(page, await once({ method: 'GET', path: `/${resource}`, query })),
        );
        all.push(...hits);
        // The array may serve shorter pages than asked for; an empty one ends a list that shrank meanwhile.
        if (hits.length === 0 || all.length >= total) return all;
      }
    },
    ensure: async (find, create) => {
      for (let number = 1, doubt = false; ; number += 1, doubt = true) {
        const found = await find();
        if (found !== undefined) return found;
        try {
          return await create();
        } catch (error) {
          if (!isDomainError(error, 'ArrayRefused')) {
            await pauseOrThrow(number, error);
            continue;
          }
          // Refused because the name is taken: by a twin of this call, or by our own attempt that got no answer.
          const twin = await find();
          if (twin !== undefined) return twin;
          if (!doubt) throw error;
          await pauseOrThrow(number, unavailable(error));
        }
      }
    },
    create: async (resource, body, item) => parsed(item, await once({ method: 'POST', path: `/${resource}`, body })),
    update: async (ref, body) => {
      await repeating(() => once({ method: 'PATCH', path: ref, body }));
    },
    remove: async (ref) => {
      await repeating(() => once({ method: 'DELETE', path: ref }, 'is done'));
    },
    until: (look, missing) =>
      repeating(async () => {
        const seen = await look();
        if (seen === undefined) throw unavailable(new Error(missing));
        return seen;
      }),
  };
  return session;
};

/**
 * A read gets a third of what is left, so that two more fit. A write gets three quarters: it may have real work to do,
 * and the quarter left is enough to look what became of it.
 */
const shareOf = (remainingMs: number, method: ArrayRequest['method']): number =>
  Math.floor(method === 'GET' ? remainingMs / 3 : (remainingMs * 3) / 4);
