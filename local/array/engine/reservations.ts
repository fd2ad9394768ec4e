/** What one request works with until its records are written. */
export interface Reservation {
  /** Nobody else may claim them meanwhile. */
  readonly keys?: readonly string[];
  /** Paths of other objects, which stay as they are meanwhile. */
  readonly paths?: readonly string[];
  /** How much of what is limited it was granted, by name. */
  readonly demands?: readonly Readonly<Record<string, number>>[];
}

/**
 * What objects in the making hold on to. Copying bytes takes time and the record is written last, so until then this keeps
 * two requests from making the same thing or from taking the same room, and keeps what is being copied from going away.
 * Memory is enough: when the process dies, nothing is in the making any more.
 */
export interface Reservations {
  /** Returns the release, which may be called again, or undefined when a key is claimed already. */
  take(wanted: Reservation): (() => void) | undefined;
  isPinned(path: string): boolean;
  isClaimed(key: string): boolean;
  /** The sum of what was granted under a name. */
  underWay(name: string): number;
}

export function createReservations(): Reservations {
  const claimed = new Set<string>();
  const pins = new Map<string, number>();
  const granted = new Map<string, number>();
  const add = (tally: Map<string, number>, name: string, amount: number): void => {
    const sum = (tally.get(name) ?? 0) + amount;
    if (sum === 0) tally.delete(name);
    else tally.set(name, sum);
  };
  return {
    take({ keys = [], paths = [], demands = [] }) {
      if (keys.some((key) => claimed.has(key))) return undefined;
      const count = (sign: 1 | -1): void => {
        for (const path of paths) add(pins, path, sign);
        for (const [name, amount] of demands.flatMap((demand) => Object.entries(demand)))
          add(granted, name, sign * amount);
      };
      for (const key of keys) claimed.add(key);
      count(1);
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        for (const key of keys) claimed.delete(key);
        count(-1);
      };
    },
    isPinned: (path) => pins.has(path),
    isClaimed: (key) => claimed.has(key),
    underWay: (name) => granted.get(name) ?? 0,
  };
}
