import { describe, expect, it } from 'vitest';
import { sweep } from '../../../functions/schedules/sweep/sweep.ts';
import type { Effect } from '../../../shared/domain/effect.ts';
import type { Lock } from '../../../shared/domain/lock.ts';
import { attentionRetrySeconds, type ExecutionStatus, maxForwardAttempts } from '../../../shared/domain/recovery.ts';
import type { Task } from '../../../shared/domain/task.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import type { Store } from '../../../shared/ports/store.ts';
import { aHost } from '../../builders/host.ts';
import { recordingFlows } from '../../builders/recording-flows.ts';
import { storeOf } from '../../builders/store-of.ts';
import { aCloneDeletion, anEffect, aTask } from '../../builders/task.ts';

interface World {
  readonly tasks?: readonly Task[];
  readonly execution?: ExecutionStatus;
  readonly effects?: readonly Effect[];
  readonly locks?: readonly Lock[];
  readonly queues?: readonly string[];
  readonly nowSeconds?: number;
  readonly verbs?: Partial<Store>;
}

function bed({
  tasks = [],
  execution = 'running',
  effects = [],
  locks = [],
  queues = [],
  nowSeconds = 2000,
  verbs = {},
}: World) {
  const happened: unknown[][] = [];
  const note = (...what: unknown[]): Promise<void> => Promise.resolve(void happened.push(what));
  const table = new Map(locks.map((lock) => [lock.key, lock]));
  const flows = { ...recordingFlows(), status: () => Promise.resolve(execution) };
  const deps = {
    flows,
    clock: { nowMilliseconds: () => nowSeconds * 1000 },
    log: silentLog,
    settings: { startGraceSeconds: 15 },
    queues: {
      removeQueue: (url: string) => (url === 'stuck' ? Promise.reject(new Error('stuck')) : note('removed', url)),
    },
    store: storeOf({
      listOpenTasks: () => Promise.resolve(tasks.map((task) => task.requestId)),
      getTask: (requestId) => Promise.resolve(tasks.find((task) => task.requestId === requestId)),
      closeTask: (requestId) => note('closed', requestId),
      listEffects: () => Promise.resolve(effects),
      getHosts: (hostIds) => Promise.resolve(hostIds.map((hostId) => aHost({ hostId, lastSeenSeconds: nowSeconds }))),
      readLock: (key) => Promise.resolve(table.get(key)),
      readLocks: (keys) => Promise.resolve(keys.flatMap((key) => table.get(key) ?? [])),
      writeLock: (next) => Promise.resolve(table.set(next.key, next).size > 0),
      removeLock: (read) => Promise.resolve(table.delete(read.key)),
      async claimAttempt({ requestId, attempt }, phase, error) {
        await note('claimed', attempt, phase, error);
        const task = tasks.find((one) => one.requestId === requestId);
        return task === undefined ? undefined : { ...task, attempt: attempt + 1, phase };
      },
      needAttention: (_, attempt, error, left) => note('attention', attempt, error, left),
      listRetiredQueues: () => Promise.resolve(queues),
      forgetRetiredQueue: (url) => note('forgotten', url),
      listArrays: () => Promise.resolve([]),
      ...verbs,
    }),
  };
  return { deps, happened, flows, table };
}
const old = { updatedAtSeconds: 1000 };
const key = 'host-1/sales';
const lockOf = (about: Partial<Lock>): Lock => ({
  key,
  owner: 'request-1',
  attempt: 1,
  heldSinceSeconds: 1000,
  waiters: [],
  unsignalled: null,
  version: 3,
  ...about,
});
const waiter = { requestId: 'request-1', attempt: 1, token: 'token-1', keys: [key] };

describe('a sweep', () => {
  it('leaves what runs', async () => {
    const { deps, happened, flows } = bed({ tasks: [aTask(old)] });
    expect(await sweep(deps)).toEqual({ leave: 1 });
    expect([...happened, ...flows.started, ...flows.signals]).toEqual([]);
  });

  it('starts again, under the same attempt, what was recorded and never started', async () => {
    const { deps, flows, happened } = bed({ tasks: [aTask(old)], execution: 'missing' });
    expect(await sweep(deps)).toEqual({ 'start-again': 1 });
    expect(flows.started).toMatchObject([{ flow: 'create-clone', input: { attempt: 1 } }]);
    expect(happened).toEqual([]);
  });

  it('unwinds what ended without a word, and keeps an error that was noted', async () => {
    for (const [error, claimed] of [
      ['', 'the execution stopped'],
      ['noted', ''],
    ] as const) {
      const { deps, flows, happened } = bed({ tasks: [aTask({ ...old, error })], execution: 'stopped' });
      expect(await sweep(deps)).toEqual({ 'next-attempt': 1 });
      expect(happened).toEqual([['claimed', 1, 'unwind', claimed]]);
      expect(flows.started).toMatchObject([{ flow: 'unwind', input: { attempt: 2 } }]);
    }
  });

  it('starts nothing when another sweep claimed the attempt', async () => {
    const { deps, flows } = bed({
      tasks: [aTask(old)],
      execution: 'failed',
      verbs: { claimAttempt: () => Promise.resolve(undefined) },
    });
    await sweep(deps);
    expect(flows.started).toEqual([]);
  });

  it('goes on as soon as the agent took back what stood in the way, though nothing on a host is left', async () => {
    const undone = anEffect({
      kind: 'attach',
      effectId: 'attach-0',
      state: 'undone',
      hostId: 'pgdev1',
      blockedAttempt: 2,
    });
    const left = anEffect({ kind: 'view', effectId: 'view-0-0', hostId: '' });
    const about = { ...old, updatedAtSeconds: 1980, state: 'needs_attention', phase: 'unwind', attempt: 2 } as const;
    const back = bed({ tasks: [aTask(about)], execution: 'failed', effects: [undone, left] });
    expect(await sweep(back.deps)).toEqual({ 'next-attempt': 1 });
    const not = bed({ tasks: [aTask({ ...about, attempt: 3 })], execution: 'failed', effects: [undone, left] });
    expect(await sweep(not.deps)).toEqual({ leave: 1 });
  });

  it('goes back when what was past the point of no return was refused, and so never happened', async () => {
    const refused = anEffect({ kind: 'detach', effectId: 'detach', state: 'undone' });
    const about = { ...old, plan: aCloneDeletion(), pastPointOfNoReturn: true, error: 'the agent refused' };
    const back = bed({ tasks: [aTask(about)], execution: 'failed', effects: [refused] });
    await sweep(back.deps);
    expect(back.happened).toEqual([['claimed', 1, 'unwind', '']]);
  });

  it('drives on past the point of no return, then asks people, naming only what is left', async () => {
    const about = { ...old, plan: aCloneDeletion(), pastPointOfNoReturn: true };
    const detached = anEffect({ kind: 'detach', effectId: 'detach', state: 'done' });
    const again = bed({ tasks: [aTask(about)], execution: 'failed', effects: [detached] });
    await sweep(again.deps);
    expect(again.happened).toEqual([['claimed', 1, 'forward', '']]);
    const effects = [
      detached,
      anEffect({ kind: 'remove-view', effectId: 'remove-view-0', name: 'rp-v' }),
      anEffect({ kind: 'freeze', effectId: 'freeze-1', state: 'undone' }),
    ];
    const last = bed({
      tasks: [aTask({ ...about, attempt: maxForwardAttempts, error: 'refused' })],
      execution: 'failed',
      effects,
    });
    expect(await sweep(last.deps)).toEqual({ 'give-up': 1 });
    const left = 'view rp-v on array sdp-1';
    expect(last.happened).toEqual([['attention', maxForwardAttempts, `refused; left behind: ${left}`, [left]]]);
  });

  it('tries again what needs attention once the host is back, or some time has gone by', async () => {
    const task = aTask({ state: 'needs_attention', updatedAtSeconds: 1980 });
    const world = {
      tasks: [task],
      execution: 'failed' as const,
      effects: [anEffect({ kind: 'attach', hostId: 'host-1' })],
    };
    expect(await sweep(bed(world).deps)).toEqual({ 'next-attempt': 1 });
    const silent = { getHosts: () => Promise.resolve([aHost({ lastSeenSeconds: 1979 })]) };
    expect(await sweep(bed({ ...world, verbs: silent }).deps)).toEqual({ leave: 1 });
    const later = 1980 + attentionRetrySeconds;
    expect(await sweep(bed({ ...world, verbs: silent, nowSeconds: later }).deps)).toEqual({ 'next-attempt': 1 });
  });

  it('closes a final task and frees its locks, and an open row without a task', async () => {
    const { deps, happened, table } = bed({ tasks: [aTask({ state: 'done' })], locks: [lockOf({})] });
    expect(await sweep(deps)).toEqual({ close: 1 });
    expect(happened).toEqual([['closed', 'request-1']]);
    expect(table.size).toBe(0);
    const orphan = bed({ verbs: { listOpenTasks: () => Promise.resolve(['gone']) } });
    await sweep(orphan.deps);
    expect(orphan.happened).toEqual([['closed', 'gone']]);
  });

  it('signals an owner that never heard, but not a hand-over that may still be under way', async () => {
    const told = bed({ tasks: [aTask(old)], locks: [lockOf({ unsignalled: waiter, heldSinceSeconds: 1985 })] });
    await sweep(told.deps);
    expect(told.flows.signals).toEqual([{ kind: 'succeed', token: 'token-1' }]);
    expect(told.table.get(key)).toMatchObject({ owner: 'request-1', unsignalled: null });
    const young = bed({ tasks: [aTask(old)], locks: [lockOf({ unsignalled: waiter, heldSinceSeconds: 1986 })] });
    await sweep(young.deps);
    expect(young.flows.signals).toEqual([]);
  });

  it('leaves the lock with an owner whose token was answered', async () => {
    const { deps, flows, table } = bed({ tasks: [aTask(old)], locks: [lockOf({ unsignalled: waiter })] });
    flows.gone.add('token-1');
    await sweep(deps);
    expect(table.get(key)).toMatchObject({ owner: 'request-1', unsignalled: null });
  });

  it('goes on to the next task and the next queue when one fails', async () => {
    const tasks = [aTask({ ...old, requestId: 'bad' }), aTask({ ...old, requestId: 'good' })];
    const { deps, happened } = bed({ tasks, queues: ['stuck', 'q2'] });
    const status = (_: string, requestId: string): Promise<ExecutionStatus> =>
      requestId === 'bad' ? Promise.reject(new Error('throttled')) : Promise.resolve('running');
    expect(await sweep({ ...deps, flows: { ...deps.flows, status } })).toEqual({ failed: 1, leave: 1 });
    expect(happened).toEqual([
      ['removed', 'q2'],
      ['forgotten', 'q2'],
    ]);
  });
});
