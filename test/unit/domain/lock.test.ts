import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acquire,
  type Lock,
  type LockWaiter,
  lockKey,
  maxWaiters,
  release,
  signalled,
} from '../../../shared/domain/lock.ts';

const key = lockKey('host-1', 'Orders');
const tasks = ['a', 'b', 'c', 'd', 'e'] as const;

const waiterOf = (requestId: string, attempt = 1): LockWaiter => ({
  requestId,
  attempt,
  token: `${requestId}-${String(attempt)}`,
  keys: [key],
});

type Call =
  { readonly does: 'acquire' | 'release'; readonly who: (typeof tasks)[number] } | { readonly does: 'signal' };

const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ does: fc.constantFrom('acquire' as const, 'release' as const), who: fc.constantFrom(...tasks) }),
  fc.constant({ does: 'signal' as const }),
);

/** The rules, applied as the store does: one row, replaced whole. `attempt` grows with every acquisition. */
class Row {
  lock: Lock | undefined;
  attempts = 0;

  apply(one: Call): void {
    if (one.does === 'signal') {
      if (this.lock !== undefined) this.lock = signalled(this.lock);
      return;
    }
    if (one.does === 'acquire') {
      this.attempts += 1;
      const outcome = acquire(this.lock, waiterOf(one.who, this.attempts), key, 1);
      if ('next' in outcome) this.lock = outcome.next;
      return;
    }
    const outcome = release(this.lock, one.who, 1);
    if (outcome.decision === 'free') this.lock = undefined;
    else if ('next' in outcome) this.lock = outcome.next;
  }
}

/** What a queue of names says should happen. */
class Model {
  queue: string[] = [];

  apply(one: Call): void {
    if (one.does === 'acquire' && !this.queue.includes(one.who)) this.queue.push(one.who);
    if (one.does === 'release') this.queue = this.queue.filter((name) => name !== one.who);
  }
}

const namesOf = (lock: Lock | undefined): readonly string[] =>
  lock === undefined ? [] : [lock.owner, ...lock.waiters.map((waiter) => waiter.requestId)];

describe('locks', () => {
  it('are handed on in the order of asking, and never have two owners', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
        const row = new Row();
        const model = new Model();
        for (const one of calls) {
          row.apply(one);
          model.apply(one);
          expect(namesOf(row.lock)).toEqual(model.queue);
          expect(new Set(namesOf(row.lock)).size).toBe(namesOf(row.lock).length);
        }
      }),
      { seed: 20_260_101, numRuns: 300 },
    );
  });

  it('move their version on with every change, so that a decision on an old row is refused', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
        const row = new Row();
        for (const one of calls) {
          const before = row.lock;
          row.apply(one);
          if (before === undefined || row.lock === undefined || before === row.lock) continue;
          expect(row.lock.version).toBe(before.version + 1);
        }
      }),
      { seed: 20_260_102, numRuns: 200 },
    );
  });

  it('remember the newest token of a waiter and hand over to that one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (first, again) => {
        const row = new Row();
        row.apply({ does: 'acquire', who: 'a' });
        for (let time = 0; time < first; time += 1) row.apply({ does: 'acquire', who: 'b' });
        row.apply({ does: 'acquire', who: 'c' });
        for (let time = 0; time < again; time += 1) row.apply({ does: 'acquire', who: 'b' });
        const newest = waiterOf('b', row.attempts);
        const outcome = release(row.lock, 'a', 9);
        expect(outcome.decision).toBe('handed-over');
        if (outcome.decision !== 'handed-over') return;
        expect(outcome.to).toEqual(newest);
        expect(outcome.next).toMatchObject({
          owner: 'b',
          attempt: newest.attempt,
          heldSinceSeconds: 9,
          unsignalled: newest,
        });
      }),
      { seed: 20_260_103, numRuns: 50 },
    );
  });

  it('keep a hand-over unsignalled until the new owner was told', () => {
    const row = new Row();
    for (const who of ['a', 'b'] as const) row.apply({ does: 'acquire', who });
    row.apply({ does: 'release', who: 'a' });
    expect(row.lock?.unsignalled?.requestId).toBe('b');
    row.apply({ does: 'signal' });
    expect(row.lock).toMatchObject({ owner: 'b', unsignalled: null });
  });

  it('change nothing for one who neither holds nor waits', () => {
    const held = acquire(undefined, waiterOf('a'), key, 1);
    expect(held.decision).toBe('held');
    if (held.decision !== 'held') return;
    expect(release(held.next, 'stranger', 2)).toEqual({ decision: 'not-there' });
    expect(release(undefined, 'a', 2)).toEqual({ decision: 'not-there' });
  });

  it('refuse more waiters than fit a row, but not one who waits already', () => {
    let lock: Lock | undefined;
    for (let index = 0; index <= maxWaiters; index += 1) {
      const outcome = acquire(lock, waiterOf(`task-${String(index)}`), key, 1);
      if ('next' in outcome) lock = outcome.next;
    }
    expect(lock?.waiters).toHaveLength(maxWaiters);
    expect(acquire(lock, waiterOf('one-too-many'), key, 1)).toEqual({ decision: 'too-many-waiters' });
    expect(acquire(lock, waiterOf('task-5', 2), key, 1).decision).toBe('parked');
  });

  it('are keyed by host and by the name without case', () => {
    expect(lockKey('h', 'ORDERS')).toBe(lockKey('h', 'orders'));
    expect(lockKey('h', 'orders')).not.toBe(lockKey('g', 'orders'));
  });
});
