/** Time that no operator and no time server can move: freezes are counted on it. */
export interface MonotonicClock {
  nowMs(): number;
  /** Runs `work` once after that many milliseconds; the returned function calls it off. */
  after(milliseconds: number, work: () => void): () => void;
}

export const systemMonotonicClock: MonotonicClock = {
  nowMs: () => performance.now(),
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
};
