import * as z from 'zod/mini';
import type { ArrayAnswer } from './tls-transport.ts';

/** What an answer means for the caller, before anybody decides to repeat. `reason` is as the array wrote it. */
export type Outcome =
  | { readonly kind: 'done'; readonly text: string }
  /** The thing asked for is not there. */
  | { readonly kind: 'absent'; readonly reason: string }
  /** The array says no and will say no again. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Busy, overloaded or broken: worth repeating. After a 5xx the effect may have happened. */
  | { readonly kind: 'later'; readonly reason: string; readonly retryAfterMs: number };

/** A 400 with one of these is a queue inside the array, not a refusal (contract sdp-rest, section 2). */
const busyMark = /MC_ERR_(BUSY|BUSY_SPECIFIC|INPROGRESS|START_TIMEOUT)\b/;

const Refusal = z.object({ error_msg: z.string() });

export const outcomeOf = ({ status, text, retryAfterMs = 0 }: ArrayAnswer): Outcome => {
  const errorMessage = errorMessageIn(text);
  const reason = errorMessage ?? `HTTP ${status}`;
  if (status === 401) return { kind: 'refused', reason: 'credentials not accepted' };
  if (status === 404) return { kind: 'absent', reason };
  if (status === 429 || status >= 500) return { kind: 'later', reason: `HTTP ${status}: ${reason}`, retryAfterMs };
  if (errorMessage !== undefined && busyMark.test(errorMessage)) return { kind: 'later', reason, retryAfterMs };
  // Some clients of the array take any body with error_msg for a failure, whatever its status; so do we.
  if (errorMessage !== undefined || status < 200 || status > 299) return { kind: 'refused', reason };
  return { kind: 'done', text };
};

const errorMessageIn = (text: string): string | undefined => {
  // Every good answer of a list passes here too; only one that can hold the key is worth parsing.
  if (!text.includes('"error_msg"')) return undefined;
  const refusal = Refusal.safeParse(jsonIn(text));
  return refusal.success ? refusal.data.error_msg : undefined;
};

/** The JSON value in `text`; undefined when it is none, which no schema of ours accepts. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};
