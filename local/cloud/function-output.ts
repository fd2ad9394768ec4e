/** A function's standard output is its log, as on Lambda, and not the terminal of whoever runs the cloud. */
import type { Writable } from 'node:stream';

export type FunctionOutput = Writable;

/**
 * Calls `make` while `process.stdout` and `process.stderr` are `output`: loggers take hold of them when they are made.
 * Only the synchronous part of `make` sees that, so nothing else in this process can write there by accident.
 */
export const withOutput = <T>(output: FunctionOutput | undefined, make: () => T): T => {
  if (output === undefined) return make();
  const own = (['stdout', 'stderr'] as const).map(
    (name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const,
  );
  for (const [name] of own)
    Object.defineProperty(process, name, { configurable: true, enumerable: true, value: output });
  try {
    return make();
  } finally {
    for (const [name, descriptor] of own)
      if (descriptor !== undefined) Object.defineProperty(process, name, descriptor);
  }
};
