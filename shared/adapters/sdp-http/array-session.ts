import * as z from 'zod/mini';
import { isDomainError } from '../../domain/errors.ts';
import { openExchange, type ExchangeOptions } from './exchange.ts';
import { readPages, type Page } from './pages.ts';
import { holdsWhatWasSent, type Body } from './sent-and-read.ts';

type Filter = Readonly<Record<string, string>>;

/** Everything one verb asks of the array, under one time bound. All reject with ArrayRefused or ArrayUnavailable. */
export interface ArraySession {
  /** All pages of a collection, in the order of ids. Repeated while the array is unavailable. */
  list<T extends { readonly id: number }>(resource: string, filter: Filter, item: z.ZodMiniType<T>): Promise<T[]>;
  /** The object of a list of one. Repeated while the array is unavailable. */
  sole<T>(resource: string, item: z.ZodMiniType<T>): Promise<T>;
  /** What `find` sees, else what `make` makes; `find` looks again before every further attempt. Never two objects. */
  ensure<T>(find: () => Promise<T | undefined>, make: () => Promise<T>): Promise<T>;
  /** One POST, never repeated here: use it inside `ensure`. */
  create<T>(resource: string, body: Body, item: z.ZodMiniType<T>): Promise<T>;
  /** One PATCH, never repeated here: use it inside `ensure`. */
  update<T>(ref: string, body: Body, item: z.ZodMiniType<T>): Promise<T>;
  /**
   * DELETE of what `find` sees; "not there" is done. `find` looks again before every further attempt: under the id of
   * what an unanswered attempt has removed, something else may live by then. ArrayRefused only when nothing was removed.
   */
  remove(find: () => Promise<string | undefined>): Promise<void>;
  /** Repeats `look` until it answers something: some objects appear a moment after the call that made them. */
  until<T>(look: () => Promise<T | undefined>, missing: string): Promise<T>;
  /** The array's state contradicts what the verb is to ensure. */
  refuse(reason: string): Error;
}

const pageSize = 1000;

/** `what` completes "the array refused to ...". */
export const openSession = (options: ExchangeOptions, what: string): ArraySession => {
  const exchange = openExchange(options, what);
  const refuse = (reason: string): Error => exchange.refuse(reason);

  const repeating = async <T>(act: () => Promise<T>): Promise<T> => {
    for (let number = 1; ; number += 1) {
      try {
        return await act();
      } catch (error) {
        await exchange.pauseOrThrow(number, error);
      }
    }
  };

  const write = async <T>(method: 'POST' | 'PATCH', path: string, body: Body, item: z.ZodMiniType<T>): Promise<T> => {
    const written = exchange.parsed(item, await exchange.once({ method, path, body }));
    if (!holdsWhatWasSent(body, written)) throw exchange.unavailable('it answered with another object than was sent');
    return written;
  };

  return {
    refuse,
    list: async (resource, filter, item) => {
      const page = z.object({ hits: z.array(item), total: z.number() });
      const readPage = (afterId: number | undefined): Promise<Page<z.infer<typeof item>>> =>
        repeating(async () => {
          const behind: Filter = afterId === undefined ? {} : { id__gt: String(afterId) };
          const query = { ...filter, ...behind, __sort: 'id', __limit: String(pageSize) };
          const read = exchange.parsed(page, await exchange.once({ method: 'GET', path: `/${resource}`, query }));
          if (read.hits.length === 0 && read.total > 0)
            throw exchange.unavailable(`an empty page of ${read.total} objects`);
          return read;
        });
      return readPages(readPage, refuse, (reason) => exchange.unavailable(reason));
    },
    sole: (resource, item) =>
      repeating(async () => {
        const list = exchange.parsed(
          z.object({ hits: z.array(item) }),
          await exchange.once({ method: 'GET', path: `/${resource}` }),
        );
        const [only] = list.hits;
        if (only === undefined) throw refuse(`it has no ${resource}`);
        return only;
      }),
    ensure: async (find, make) => {
      for (let number = 1, doubt = false; ; number += 1, doubt = true) {
        const found = await find();
        if (found !== undefined) return found;
        try {
          return await make();
        } catch (error) {
          if (!isDomainError(error, 'ArrayRefused')) {
            await exchange.pauseOrThrow(number, error);
            continue;
          }
          // Refused because the name is taken: by a twin of this call, or by our own attempt that got no answer.
          const twin = await find();
          if (twin !== undefined) return twin;
          if (!doubt) throw error;
          await exchange.pauseOrThrow(number, exchange.unavailable(error.message));
        }
      }
    },
    create: (resource, body, item) => write('POST', `/${resource}`, body, item),
    update: (ref, body, item) => write('PATCH', ref, body, item),
    remove: async (find) => {
      let doubt = false;
      // What is refused after an attempt that got no answer says nothing of that attempt.
      const meaningOf = (error: unknown): unknown =>
        doubt && isDomainError(error, 'ArrayRefused') ? exchange.unavailable(error.message) : error;
      const look = async (): Promise<string | undefined> => {
        try {
          return await find();
        } catch (error) {
          throw meaningOf(error);
        }
      };
      for (let number = 1; ; number += 1) {
        const ref = await look();
        if (ref === undefined) return;
        try {
          await exchange.once({ method: 'DELETE', path: ref }, 'is done');
          return;
        } catch (error) {
          const isRefusal = isDomainError(error, 'ArrayRefused');
          // Refused because it is gone: a twin of this call took it, or our own attempt that got no answer.
          if (isRefusal && (await look()) !== ref) continue;
          doubt ||= !isRefusal;
          await exchange.pauseOrThrow(number, meaningOf(error));
        }
      }
    },
    until: (look, missing) =>
      repeating(async () => {
        const seen = await look();
        if (seen === undefined) throw exchange.unavailable(missing);
        return seen;
      }),
  };
};
