/** Spans of time, in milliseconds of one clock. */

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Milliseconds within `window` during which at least one span was open. */
export function coveredMs(spans: readonly Span[], window: Span): number {
  const inside = spans
    .map(({ from, to }) => ({ from: Math.max(from, window.from), to: Math.min(to, window.to) }))
    .filter(({ from, to }) => to > from)
    .sort((left, right) => left.from - right.from);
  let total = 0;
  let coveredTo = window.from;
  for (const { from, to } of inside) {
    if (to <= coveredTo) continue;
    total += to - Math.max(from, coveredTo);
    coveredTo = to;
  }
  return total;
}
