/**
 * What objects in the making hold on to. Copying bytes takes time and the record is written last, so until then this keeps
 * two requests from making the same thing and keeps what is being copied from going away. Memory is enough: when the
 * process dies, nothing is in the making any more.
 */
export interface Reservations {
  /** Claims unique keys and pins the paths of other objects; returns the release, or undefined when a key is claimed already. */
  take(keys: readonly string[], paths: readonly string[]): (() => void) | undefined;
  isPinned(path: string): boolean;
  isClaimed(key: string): boolean;
}

export function createReservations(): Reservations {
  const claimed = new Set<string>();
  const pins = new Map<string, number>();
  const pin = (path: string, amount: number): void => {
    const count = (pins.get(path) ?? 0) + amount;
    if (count === 0) pins.delete(path);
    else pins.set(path, count);
  };
  return {
    take(keys, paths) {
      if (keys.some((key) => claimed.has(key))) return undefined;
      for (const key of keys) claimed.add(key);
      for (const path of paths) pin(path, 1);
      return () => {
        for (const key of keys) claimed.delete(key);
        for (const path of paths) pin(path, -1);
      };
    },
    isPinned: (path) => pins.has(path),
    isClaimed: (key) => claimed.has(key),
  };
}
