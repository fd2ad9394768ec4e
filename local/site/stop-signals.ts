/** Ctrl-C, SIGTERM and a closed terminal all mean: end in good order. */

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How often to look whether npm, which cannot pass on a SIGKILL, is gone. */
const lookForParentMs = 500;

/**
 * Aborted at the first signal; later ones change nothing, because ending in good order is under way. Under `npm run` the
 * death of npm counts too: whoever killed it meant this process.
 */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of signals) process.on(signal, () => stopping.abort(new Interrupted(`stopped by ${signal}`)));
  if (process.env['npm_lifecycle_event'] !== undefined) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) stopping.abort(new Interrupted('npm is gone'));
    }, lookForParentMs).unref();
  }
  return stopping.signal;
}
