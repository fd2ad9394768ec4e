/** The lock protocol over the store: decide with the pure rules, commit with one conditional write, then signal. */
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '../domain/errors.ts';
import { acquire, type Lock, type LockWaiter, release, signalled } from '../domain/lock.ts';
import { type Clock, nowSeconds } from '../ports/clock.ts';
import type { FlowsPort } from '../ports/flows.ts';
import type { LockStore } from '../ports/store.ts';

export interface LockingDeps {
  readonly store: LockStore;
  readonly flows: Pick<FlowsPort, 'succeed' | 'fail'>;
  readonly clock: Clock;
}

const maxWriteTries = 50;
const longestPauseMilliseconds = 200;

/** Of those that decided on one row only one writes; the others come back at random, or the last ones would starve. */
const pauseAfter = (tries: number): Promise<void> =>
  delay(Math.random() * Math.min(longestPauseMilliseconds, 2 ** tries));

/** Repeats read-decide-write until the write meets the row it was decided on. */
async function decide<DECISION>(
  deps: LockingDeps,
  key: string,
  rule: (lock: Lock | undefined) => { readonly decision: DECISION; readonly write: Lock | 'remove' | 'nothing' },
): Promise<DECISION> {
  for (let tries = 0; tries < maxWriteTries; tries += 1) {
    const read = await deps.store.readLock(key);
    const { decision, write } = rule(read);
    if (write === 'nothing') return decision;
    if (write === 'remove') {
      if (read === undefined || (await deps.store.removeLock(read))) return decision;
    } else if (await deps.store.writeLock(write, read)) return decision;
    await pauseAfter(tries);
  }
  throw new DomainError('Busy', 'too many tasks contend for the same database', { context: { key } });
}

async function acquireOne(deps: LockingDeps, key: string, waiter: LockWaiter): Promise<'held' | 'parked'> {
  const now = nowSeconds(deps.clock);
  const decision = await decide(deps, key, (lock) => {
    const acquisition = acquire(lock, waiter, key, now);
    const write = 'next' in acquisition ? acquisition.next : 'nothing';
    return { decision: acquisition.decision, write };
  });
  switch (decision) {
    case 'held':
    case 'already-mine':
      return 'held';
    case 'parked':
      return 'parked';
    case 'too-many-waiters':
      throw new DomainError('Refused', 'too many tasks wait for this database already', { context: { key } });
  }
}

/**
 * Takes the waiter's keys in order. `parked`: it waits in the queue of the first key that is taken, and will be
 * signalled when it holds them all. Keys are sorted, so that two tasks never wait for each other.
 */
export async function acquireAll(deps: LockingDeps, waiter: LockWaiter): Promise<'held' | 'parked'> {
  for (const key of waiter.keys) {
    if ((await acquireOne(deps, key, waiter)) === 'parked') return 'parked';
  }
  return 'held';
}

/** Gives up every key the task holds or waits for, and lets the next ones go on. */
export async function releaseAll(
  deps: LockingDeps,
  keys: readonly string[],
  requestId: string,
): Promise<readonly LockWaiter[]> {
  const left: LockWaiter[] = [];
  for (const key of [...keys].reverse()) {
    const outcome = await releaseOne(deps, key, requestId);
    if (outcome.decision === 'handed-over') await resume(deps, key, outcome.to);
    if (outcome.decision === 'left-queue') left.push(outcome.left);
  }
  return left;
}

async function releaseOne(deps: LockingDeps, key: string, requestId: string) {
  const now = nowSeconds(deps.clock);
  return await decide(deps, key, (lock) => releaseOf(lock, requestId, now));
}

function releaseOf(lock: Lock | undefined, requestId: string, now: number) {
  const outcome = release(lock, requestId, now);
  const write =
    outcome.decision === 'free' ? ('remove' as const) : 'next' in outcome ? outcome.next : ('nothing' as const);
  return { decision: outcome, write };
}

/**
 * Goes on for a waiter that was handed a key: takes the rest of its keys, then wakes it. A waiter whose token is dead
 * gives its place to the next. Only for whoever just handed the key over, since a token that was answered looks dead.
 */
async function resume(deps: LockingDeps, key: string, waiter: LockWaiter): Promise<void> {
  if ((await acquireAll(deps, waiter)) === 'held' && (await deps.flows.succeed(waiter.token, {})) === 'gone') {
    await passOn(deps, key, waiter);
    return;
  }
  await noteSignal(deps, key, waiter);
}

/**
 * Repeats `resume` for a hand-over whose releaser died: before the signal, or after it and before the note of it. The
 * two look alike when the token is gone, so the owner keeps the key: its task is open, and releases it at its end.
 */
export async function repairHandOver(deps: LockingDeps, key: string, waiter: LockWaiter): Promise<void> {
  if ((await acquireAll(deps, waiter)) === 'held') await deps.flows.succeed(waiter.token, {});
  await noteSignal(deps, key, waiter);
}

const waitsUnder = (lock: Lock | undefined, waiter: LockWaiter): lock is Lock =>
  lock?.owner === waiter.requestId && lock.unsignalled?.token === waiter.token;

const noteSignal = (deps: LockingDeps, key: string, waiter: LockWaiter): Promise<null> =>
  decide(deps, key, (lock) => ({ decision: null, write: waitsUnder(lock, waiter) ? signalled(lock) : 'nothing' }));

/** Only an owner that still waits under the dead token loses its place: a newer attempt may have taken it over. */
async function passOn(deps: LockingDeps, key: string, dead: LockWaiter): Promise<void> {
  const now = nowSeconds(deps.clock);
  const outcome = await decide(deps, key, (lock) =>
    waitsUnder(lock, dead)
      ? releaseOf(lock, dead.requestId, now)
      : { decision: { decision: 'not-there' as const }, write: 'nothing' as const },
  );
  if (outcome.decision === 'not-there') return;
  if (outcome.decision === 'handed-over') await resume(deps, key, outcome.to);
  await releaseAll(
    deps,
    dead.keys.filter((one) => one !== key),
    dead.requestId,
  );
}
