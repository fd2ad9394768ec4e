import { ApiError } from '../api-error.ts';
import { FULL_MESSAGE, isFull } from '../full.ts';

export interface Answer {
  readonly status: number;
  /** Undefined for an empty body. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, or none at all: the connection is closed. */
export type Outcome = Answer | { readonly drop: true };

/** The array went down while the call was under way: nobody hears how it ended. */
export class CutOff extends Error {
  override readonly name = 'CutOff';
}

export const failure = (status: number, message: string, headers: Answer['headers'] = {}): Answer => ({
  status,
  body: { error_msg: message },
  headers,
});

/** PowerShell sends its credentials only after this challenge. */
export const challenge = (message: string): Answer =>
  failure(401, message, { 'www-authenticate': 'Basic realm="sdp"' });

/** How a call ends that threw. What is not a refusal is a fault of this program, and its operator reads why. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof CutOff) return { drop: true };
  if (isFull(error)) return failure(400, FULL_MESSAGE);
  if (error instanceof ApiError) return failure(error.status, error.message);
  process.stderr.write(`array: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return failure(500, 'internal error');
}
