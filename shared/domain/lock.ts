/**
 * Locks without polling. One row per key holds the owner and the FIFO of those who wait, so that every decision is one
 * conditional write of one row. A waiter parks the task token of its state; the releaser hands over, commits, then signals.
 */
export interface LockWaiter {
  readonly requestId: string;
  readonly attempt: number;
  readonly token: string;
  /** All keys this waiter wants, in order; after a hand-over the releaser goes on with the rest on its behalf. */
  readonly keys: readonly string[];
}

export interface Lock {
  readonly key: string;
  readonly owner: string;
  /** Attempt of the owner: fences an owner that was superseded. */
  readonly attempt: number;
  readonly heldSinceSeconds: number;
  readonly waiters: readonly LockWaiter[];
  /** Set by a hand-over until the new owner was signalled; the sweeper repeats a signal that was never sent. */
  readonly unsignalled: LockWaiter | null;
  /** Version of the row, for the conditional write. */
  readonly version: number;
}

/** More waiters than this on one database is a caller's mistake; the row stays far below DynamoDB's 400 kB. */
export const maxWaiters = 100;

/** Key of a database by name: a destination has a name before it has an id. */
export const lockKey = (hostId: string, databaseName: string): string => `${hostId}/${databaseName.toLowerCase()}`;

export type Acquisition =
  | { readonly decision: 'held'; readonly next: Lock }
  | { readonly decision: 'already-mine' }
  | { readonly decision: 'parked'; readonly next: Lock }
  | { readonly decision: 'too-many-waiters' };

/** Decides hold or park. Parking again replaces the earlier entry of the same request: the newest token wins. */
export function acquire(lock: Lock | undefined, waiter: LockWaiter, key: string, nowSeconds: number): Acquisition {
  if (lock === undefined) {
    const next = {
      key,
      owner: waiter.requestId,
      attempt: waiter.attempt,
      heldSinceSeconds: nowSeconds,
      waiters: [],
      unsignalled: null,
      version: 1,
    };
    return { decision: 'held', next };
  }
  if (lock.owner === waiter.requestId) {
    if (lock.unsignalled === null || lock.unsignalled.token === waiter.token) return { decision: 'already-mine' };
    // It comes by itself under a newer token: nobody needs to wake the older one, or may take the lock away for it.
    return {
      decision: 'held',
      next: { ...lock, attempt: waiter.attempt, unsignalled: null, version: lock.version + 1 },
    };
  }
  const parkedBefore = lock.waiters.some((one) => one.requestId === waiter.requestId);
  if (!parkedBefore && lock.waiters.length >= maxWaiters) return { decision: 'too-many-waiters' };
  const waiters = parkedBefore
    ? lock.waiters.map((one) => (one.requestId === waiter.requestId ? waiter : one))
    : [...lock.waiters, waiter];
  return { decision: 'parked', next: { ...lock, waiters, version: lock.version + 1 } };
}

export type Release =
  | { readonly decision: 'not-there' }
  | { readonly decision: 'free' }
  | { readonly decision: 'left-queue'; readonly next: Lock; readonly left: LockWaiter }
  | { readonly decision: 'handed-over'; readonly next: Lock; readonly to: LockWaiter };

/** Gives the lock up, or leaves its queue when the request only waits. */
export function release(lock: Lock | undefined, requestId: string, nowSeconds: number): Release {
  if (lock === undefined) return { decision: 'not-there' };
  if (lock.owner !== requestId) {
    const left = lock.waiters.find((one) => one.requestId === requestId);
    if (left === undefined) return { decision: 'not-there' };
    const waiters = lock.waiters.filter((one) => one.requestId !== requestId);
    return { decision: 'left-queue', left, next: { ...lock, waiters, version: lock.version + 1 } };
  }
  const [to, ...waiters] = lock.waiters;
  if (to === undefined) return { decision: 'free' };
  const next = {
    ...lock,
    owner: to.requestId,
    attempt: to.attempt,
    heldSinceSeconds: nowSeconds,
    waiters,
    unsignalled: to,
    version: lock.version + 1,
  };
  return { decision: 'handed-over', to, next };
}

/** The new owner has heard. */
export const signalled = (lock: Lock): Lock => ({ ...lock, unsignalled: null, version: lock.version + 1 });
