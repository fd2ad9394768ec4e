import { format } from 'node:util';

/** Where the embedded cloud says what went wrong; the second argument is the error behind it. */
export type Log = (message: string, cause?: unknown) => void;

export const logToStandardError: Log = (message, cause) => {
  const detail =
    cause instanceof Error
      ? `: ${cause.stack ?? cause.message}`
      : cause === undefined
        ? ''
        : `: ${format('%s', cause)}`;
  process.stderr.write(`embedded cloud: ${message}${detail}\n`);
};
