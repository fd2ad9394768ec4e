/** The lock protocol with real concurrency: every contender is a task that waits for its token, as a flow does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lock, LockWaiter } from '../../../shared/domain/lock.ts';
import { acquireAll, type LockingDeps, releaseAll, repairHandOver } from '../../../shared/use-cases/locking.ts';
import { recordingFlows, type RecordingFlows } from '../../builders/recording-flows.ts';
import { fresh, startStoreBed, type StoreBed } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const clock = { nowMilliseconds: () => 1_000_000 };
const depsWith = (flows: LockingDeps['flows']): LockingDeps => ({ store: bed.store, flows, clock });
const waiterOf = (name: string, keys: readonly string[], about: Partial<LockWaiter> = {}): LockWaiter => ({
  requestId: name,
  attempt: 1,
  token: `token-${name}`,
  keys,
  ...about,
});
const lockOf = (key: string, owner: string): Lock => ({
  key,
  owner,
  attempt: 1,
  heldSinceSeconds: 1000,
  waiters: [],
  unsignalled: null,
  version: 1,
});

/** Flows whose tokens are answered once: whoever waits goes on, and a second answer finds nobody. */
function waitingFlows() {
  const waiting = new Map<string, () => void>();
  const flows: RecordingFlows = recordingFlows();
  return {
    flows: {
      fail: flows.fail,
      succeed(token: string): Promise<'heard' | 'gone'> {
        const go = waiting.get(token);
        waiting.delete(token);
        go?.();
        return Promise.resolve(go === undefined ? 'gone' : 'heard');
      },
    },
    wait: (token: string) => new Promise<void>((go) => waiting.set(token, go)),
    waitingCount: () => waiting.size,
  };
}

describe('rows', () => {
  it('writes and removes only over what was read', async () => {
    const key = fresh('key');
    const first = lockOf(key, 'a');
    expect(await bed.store.writeLock(first, undefined)).toBe(true);
    expect(await bed.store.writeLock(lockOf(key, 'b'), undefined)).toBe(false);
    const second = { ...first, waiters: [waiterOf('b', [key])], version: 2 };
    expect(await bed.store.writeLock(second, first)).toBe(true);
    expect(await bed.store.writeLock({ ...first, version: 2 }, first)).toBe(false);
    expect(await bed.store.removeLock(first)).toBe(false);
    expect(await bed.store.readLock(key)).toEqual(second);
    expect(await bed.store.removeLock(second)).toBe(true);
    expect(await bed.store.removeLock(second)).toBe(false);
    expect(await bed.store.readLocks([key])).toEqual([]);
  });

  it('does not take a lock that was freed and taken again for the one that was read', async () => {
    const key = fresh('key');
    const read = lockOf(key, 'a');
    await bed.store.writeLock(read, undefined);
    await bed.store.removeLock(read);
    const now = lockOf(key, 'b');
    await bed.store.writeLock(now, undefined);
    expect(await bed.store.writeLock({ ...read, waiters: [waiterOf('c', [key])], version: 2 }, read)).toBe(false);
    expect(await bed.store.removeLock(read)).toBe(false);
    expect(await bed.store.readLock(key)).toEqual(now);
  });
});

describe('fifty tasks that want one database', () => {
  it('own it one at a time, in the order of the queue, and none is lost', async () => {
    const key = fresh('key');
    const { flows, wait } = waitingFlows();
    const deps = depsWith(flows);
    const queued: string[] = [];
    const owned: string[] = [];
    let owners = 0;
    let mostOwners = 0;

    const contend = async (name: string): Promise<void> => {
      const waiter = waiterOf(name, [key]);
      const heard = wait(waiter.token);
      if ((await acquireAll(deps, waiter)) === 'held') await flows.succeed(waiter.token);
      await heard;
      owners += 1;
      mostOwners = Math.max(mostOwners, owners);
      owned.push(name);
      // Those who wait now are served in this order, before anybody who comes later.
      const lock = await bed.store.readLock(key);
      expect(lock?.owner).toBe(name);
      for (const one of lock?.waiters ?? []) if (!queued.includes(one.requestId)) queued.push(one.requestId);
      owners -= 1;
      await releaseAll(deps, [key], name);
    };

    const names = Array.from({ length: 50 }, (_, index) => `task-${String(index)}`);
    await Promise.all(names.map(contend));
    expect(mostOwners).toBe(1);
    expect(owned.toSorted()).toEqual(names.toSorted());
    expect(owned.filter((name) => queued.includes(name))).toEqual(queued);
    expect(await bed.store.readLock(key)).toBeUndefined();
  }, 120_000);

  it('may want several, in one order, without waiting for each other', async () => {
    const keys = [fresh('key'), fresh('key'), fresh('key')].toSorted();
    const { flows, wait, waitingCount } = waitingFlows();
    const deps = depsWith(flows);
    const holds = new Map<string, string>();
    const contend = async (index: number): Promise<void> => {
      const wanted = keys.filter((_, position) => position !== index % 4);
      const waiter = waiterOf(`task-${String(index)}`, wanted);
      const heard = wait(waiter.token);
      if ((await acquireAll(deps, waiter)) === 'held') await flows.succeed(waiter.token);
      await heard;
      for (const key of wanted) {
        expect(holds.get(key)).toBeUndefined();
        holds.set(key, waiter.requestId);
      }
      await bed.store.readLocks(wanted);
      for (const key of wanted) holds.delete(key);
      await releaseAll(deps, wanted, waiter.requestId);
    };
    await Promise.all(Array.from({ length: 12 }, (_, index) => contend(index)));
    expect(waitingCount()).toBe(0);
    expect(await bed.store.readLocks(keys)).toEqual([]);
  }, 120_000);
});

describe('a hand-over', () => {
  const queueOf = async (key: string, names: readonly string[]): Promise<void> => {
    for (const name of names) await acquireAll(depsWith(recordingFlows()), waiterOf(name, [key]));
  };

  it('passes over a dead token to the next', async () => {
    const key = fresh('key');
    const flows = recordingFlows();
    flows.gone.add('token-b').add('token-c');
    await queueOf(key, ['a', 'b', 'c', 'd']);
    await releaseAll(depsWith(flows), [key], 'a');
    expect(flows.signals.map((signal) => signal.token)).toEqual(['token-b', 'token-c', 'token-d']);
    expect(await bed.store.readLock(key)).toMatchObject({ owner: 'd', waiters: [], unsignalled: null });
  });

  it('frees the lock when every token is dead', async () => {
    const key = fresh('key');
    const flows = recordingFlows();
    flows.gone.add('token-b');
    await queueOf(key, ['a', 'b']);
    await releaseAll(depsWith(flows), [key], 'a');
    expect(await bed.store.readLock(key)).toBeUndefined();
  });

  it('is repaired when the releaser dies before the signal', async () => {
    const key = fresh('key');
    await queueOf(key, ['a', 'b']);
    const dying = { ...recordingFlows(), succeed: () => Promise.reject(new Error('the process died')) };
    await expect(releaseAll(depsWith(dying), [key], 'a')).rejects.toThrow('the process died');
    const lock = await bed.store.readLock(key);
    expect(lock).toMatchObject({ owner: 'b', unsignalled: { token: 'token-b' } });
    const flows = recordingFlows();
    await repairHandOver(depsWith(flows), key, waiterOf('b', [key]));
    expect(flows.signals.map((signal) => signal.token)).toEqual(['token-b']);
    expect(await bed.store.readLock(key)).toMatchObject({ owner: 'b', unsignalled: null });
  });

  it('keeps the lock with an owner that heard, when the releaser dies before it noted the signal', async () => {
    const key = fresh('key');
    await queueOf(key, ['a', 'b', 'c']);
    const flows = recordingFlows();
    const { succeed } = flows;
    const dying = {
      ...flows,
      async succeed(token: string) {
        const heard = await succeed(token, {});
        bed.dieAtWrite(1);
        return heard;
      },
    };
    await expect(releaseAll(depsWith(dying), [key], 'a')).rejects.toThrow();
    bed.live();
    // An answered token looks dead to everybody who tries it again.
    flows.gone.add('token-b');
    await repairHandOver(depsWith(flows), key, waiterOf('b', [key]));
    expect(await bed.store.readLock(key)).toMatchObject({
      owner: 'b',
      unsignalled: null,
      waiters: [{ requestId: 'c' }],
    });
  });

  it('leaves the lock with a newer attempt that took it over under its own token', async () => {
    const key = fresh('key');
    await queueOf(key, ['a', 'b']);
    const newer = waiterOf('b', [key], { attempt: 2, token: 'newer' });
    const flows = {
      ...recordingFlows(),
      async succeed(token: string): Promise<'heard' | 'gone'> {
        expect(token).toBe('token-b');
        expect(await acquireAll(depsWith(recordingFlows()), newer)).toBe('held');
        return 'gone';
      },
    };
    await releaseAll(depsWith(flows), [key], 'a');
    expect(await bed.store.readLock(key)).toMatchObject({ owner: 'b', attempt: 2, unsignalled: null });
  });

  it('goes on for the rest of the keys, and waits again where one is taken', async () => {
    const [first = '', second = ''] = [fresh('key'), fresh('key')].toSorted();
    const flows = recordingFlows();
    const deps = depsWith(flows);
    await acquireAll(deps, waiterOf('a', [first]));
    await acquireAll(deps, waiterOf('x', [second]));
    expect(await acquireAll(deps, waiterOf('b', [first, second]))).toBe('parked');
    await releaseAll(deps, [first], 'a');
    expect(flows.signals).toEqual([]);
    expect(await bed.store.readLock(first)).toMatchObject({ owner: 'b', unsignalled: null });
    await releaseAll(deps, [second], 'x');
    expect(flows.signals.map((signal) => signal.token)).toEqual(['token-b']);
    await releaseAll(deps, [first, second], 'b');
    expect(await bed.store.readLocks([first, second])).toEqual([]);
  });

  it('gives back every key of a dead waiter', async () => {
    const [first = '', second = ''] = [fresh('key'), fresh('key')].toSorted();
    const flows = recordingFlows();
    flows.gone.add('token-b');
    const deps = depsWith(flows);
    await acquireAll(deps, waiterOf('a', [first]));
    await acquireAll(deps, waiterOf('b', [first, second]));
    await releaseAll(deps, [first], 'a');
    expect(await bed.store.readLocks([first, second])).toEqual([]);
  });

  it('lets a waiter leave the queue', async () => {
    const key = fresh('key');
    await queueOf(key, ['a', 'b', 'c']);
    const deps = depsWith(recordingFlows());
    expect(await releaseAll(deps, [key], 'b')).toEqual([waiterOf('b', [key])]);
    expect(await releaseAll(deps, [key], 'b')).toEqual([]);
    expect((await bed.store.readLock(key))?.waiters.map((one) => one.requestId)).toEqual(['c']);
  });

  it('refuses the hundred-and-first waiter', async () => {
    const key = fresh('key');
    const waiters = Array.from({ length: 100 }, (_, index) => waiterOf(String(index), [key]));
    await bed.store.writeLock({ ...lockOf(key, 'a'), waiters }, undefined);
    await expect(acquireAll(depsWith(recordingFlows()), waiterOf('late', [key]))).rejects.toMatchObject({
      code: 'Refused',
    });
  });
});
