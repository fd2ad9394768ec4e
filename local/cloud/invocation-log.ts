/** A bounded record of which function ran when, for the bench. */

export interface Invocation {
  readonly functionName: string;
  readonly requestId: string;
  /** Milliseconds since 1970, with fractions. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failed: boolean;
}

const kept = 10_000;

export class InvocationLog {
  readonly #ring: Invocation[] = [];
  #next = 0;

  add(invocation: Invocation): void {
    this.#ring[this.#next] = invocation;
    this.#next = (this.#next + 1) % kept;
  }

  /** Oldest first, by end. */
  all(): readonly Invocation[] {
    return this.#ring.length < kept
      ? [...this.#ring]
      : [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }
}

/** Milliseconds within [from, to] during which at least one of `invocations` was open. */
export const openMilliseconds = (invocations: readonly Invocation[], from: number, to: number): number => {
  const spans = invocations
    .map(({ startedAt, endedAt }) => [Math.max(startedAt, from), Math.min(endedAt, to)] as const)
    .filter(([start, end]) => end > start)
    .sort(([a], [b]) => a - b);
  let total = 0;
  let coveredTo = from;
  for (const [start, end] of spans) {
    if (end <= coveredTo) continue;
    total += end - Math.max(start, coveredTo);
    coveredTo = end;
  }
  return total;
};
