import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFinal, nextStates, type Task, type TaskState, taskStates } from '../../../shared/domain/task.ts';
import { anAuditEntry, aCommand, anEffect, aTask, noGuards } from '../../builders/task.ts';
import { fresh, startStoreBed, type StoreBed, taskRetentionDays } from './store-bed.ts';

let bed: StoreBed;
beforeAll(async () => {
  bed = await startStoreBed();
}, 30_000);
afterAll(() => bed.stop());

const record = async (about: Partial<Task> = {}): Promise<Task> => {
  const task = aTask({ requestId: fresh('request'), ...about });
  expect(await bed.store.recordTask(task, anAuditEntry({ requestId: task.requestId }), noGuards)).toBe('recorded');
  return task;
};
const read = async (task: Task): Promise<Task> => {
  const found = await bed.store.getTask(task.requestId);
  if (found === undefined) throw new Error('the task is gone');
  return found;
};

/** A transition under test, the states it is allowed from, and what it changes. */
interface Transition {
  readonly name: string;
  readonly from: readonly TaskState[];
  readonly make: (task: Task) => Promise<unknown>;
  readonly change: Partial<Task>;
  /** The answer of a refusal, where there is one. */
  readonly refusal?: unknown;
}

const open = taskStates.filter((state) => !isFinal(state));
const before = (state: TaskState): TaskState[] => taskStates.filter((one) => nextStates[one].includes(state));
const now = 2000;
const finish = (state: TaskState): Transition => ({
  name: `finishTask ${state}`,
  from: before(state),
  make: (task) => bed.store.finishTask(task.requestId, state, { error: 'why', result: null }, now),
  change: { state, error: 'why', updatedAtSeconds: now, leftovers: [] },
});

const transitions: readonly Transition[] = [
  {
    name: 'markRunning',
    from: ['queued'],
    make: (task) => bed.store.markRunning(task.requestId, now),
    change: { state: 'running', updatedAtSeconds: now },
  },
  {
    name: 'requestCancel',
    from: before('canceling'),
    make: (task) => bed.store.requestCancel(task.requestId, now, anAuditEntry()),
    change: { state: 'canceling', cancelRequested: true, updatedAtSeconds: now },
    refusal: false,
  },
  {
    name: 'passPointOfNoReturn',
    from: open,
    make: (task) => bed.store.passPointOfNoReturn(task.requestId, now),
    change: { pastPointOfNoReturn: true, updatedAtSeconds: now },
    refusal: false,
  },
  {
    name: 'claimAttempt',
    from: open,
    make: (task) => bed.store.claimAttempt({ ...task, attempt: 1 }, 'unwind', 'why', now),
    change: { attempt: 2, phase: 'unwind', error: 'why', updatedAtSeconds: now },
    refusal: undefined,
  },
  {
    name: 'needAttention',
    from: [...before('needs_attention'), 'needs_attention'],
    make: (task) => bed.store.needAttention(task.requestId, 1, 'why', ['view v'], now),
    change: { state: 'needs_attention', error: 'why', leftovers: ['view v'], updatedAtSeconds: now },
  },
  {
    name: 'noteError',
    from: open,
    make: (task) => bed.store.noteError(task.requestId, 'why', now),
    change: { error: 'why', updatedAtSeconds: now },
  },
  ...(['done', 'done_with_warning', 'failed', 'canceled'] as const).map(finish),
];

const rows = transitions.flatMap((transition) => taskStates.map((state) => ({ ...transition, state })));

describe('a transition over the states of a task', () => {
  it.each(rows)('$name from $state', async ({ state, from, make, change, refusal }) => {
    const task = await record({ state, leftovers: ['x'] });
    const allowed = from.includes(state);
    const answer = await make(task);
    expect(await read(task)).toEqual(allowed ? { ...task, ...change } : task);
    if (!allowed) expect(answer).toBe(refusal);
    else if (refusal === false) expect(answer).toBe(true);
  });

  it.each(transitions)('$name makes no row for a task that is not there', async ({ make }) => {
    const task = aTask({ requestId: fresh('request') });
    await make(task);
    expect(await bed.store.getTask(task.requestId)).toBeUndefined();
  });
});

describe('the phase, a cancel, and the point of no return', () => {
  it('refuses a cancel past the point of no return, and leaves no audit entry', async () => {
    const task = await record({ state: 'running', pastPointOfNoReturn: true });
    expect(await bed.store.requestCancel(task.requestId, now, anAuditEntry({ operation: 'cancel-task' }))).toBe(false);
    expect((await read(task)).cancelRequested).toBe(false);
  });
  it('refuses a cancel of an unwinding task', async () => {
    const task = await record({ state: 'running', phase: 'unwind' });
    expect(await bed.store.requestCancel(task.requestId, now, anAuditEntry())).toBe(false);
  });
  it('refuses the point of no return after a cancel, and during an unwind', async () => {
    const canceled = await record({ state: 'canceling', cancelRequested: true });
    const unwinding = await record({ state: 'running', phase: 'unwind' });
    expect(await bed.store.passPointOfNoReturn(canceled.requestId, now)).toBe(false);
    expect(await bed.store.passPointOfNoReturn(unwinding.requestId, now)).toBe(false);
  });
  it('lets exactly one of a cancel and the point of no return through', async () => {
    for (let round = 0; round < 10; round += 1) {
      const task = await record({ state: 'running' });
      const [canceled, passed] = await Promise.all([
        bed.store.requestCancel(task.requestId, now, anAuditEntry()),
        bed.store.passPointOfNoReturn(task.requestId, now),
      ]);
      expect([canceled, passed].filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('attempts', () => {
  it('is not claimed for a way back by who read the task before its point of no return', async () => {
    const read = await record();
    expect(await bed.store.passPointOfNoReturn(read.requestId, now)).toBe(true);
    expect(await bed.store.claimAttempt(read, 'unwind', '', now)).toBeUndefined();
    expect(await bed.store.getTask(read.requestId)).toMatchObject({ attempt: read.attempt, phase: 'forward' });
  });

  it('is claimed by one of many, and the claim keeps an error that was noted', async () => {
    const task = await record({ error: 'first cause' });
    const claims = await Promise.all(Array.from({ length: 10 }, () => bed.store.claimAttempt(task, 'unwind', '', now)));
    expect(claims.filter((claim) => claim !== undefined)).toEqual([
      { ...task, attempt: 2, phase: 'unwind', error: 'first cause', updatedAtSeconds: now },
    ]);
  });
  it('fences attention by the attempt', async () => {
    const task = await record({ attempt: 2 });
    await bed.store.needAttention(task.requestId, 1, 'late', [], now);
    expect(await read(task)).toEqual(task);
  });
  it('counts freeze rounds, and names a superseded attempt', async () => {
    const task = await record({ attempt: 2 });
    expect(await bed.store.beginFreezeRound(task.requestId, 2)).toBe(1);
    expect(await bed.store.beginFreezeRound(task.requestId, 2)).toBe(2);
    await expect(bed.store.beginFreezeRound(task.requestId, 1)).rejects.toMatchObject({ code: 'StaleAttempt' });
    expect((await read(task)).freezeRound).toBe(2);
  });
});

describe('open tasks', () => {
  it('lists a task until it is finished', async () => {
    const task = await record();
    expect(await bed.store.listOpenTasks()).toContain(task.requestId);
    await bed.store.finishTask(task.requestId, 'done', { error: '', result: null }, now);
    expect(await bed.store.listOpenTasks()).not.toContain(task.requestId);
  });
  it('keeps a task open whose state does not allow the end', async () => {
    const task = await record({ state: 'canceling' });
    await bed.store.finishTask(task.requestId, 'done', { error: '', result: null }, now);
    expect(await bed.store.listOpenTasks()).toContain(task.requestId);
  });
  it('closes a task twice', async () => {
    const task = await record();
    await bed.store.closeTask(task.requestId);
    await bed.store.closeTask(task.requestId);
    expect(await bed.store.listOpenTasks()).not.toContain(task.requestId);
  });
  it('lists tasks in the order of their ids', async () => {
    const [first, second] = [await record({ requestId: '0-first' }), await record({ requestId: '0-second' })];
    expect((await bed.store.listTasks()).slice(0, 2)).toEqual([first, second]);
  });
});

describe('pages of tasks', () => {
  /** All pages, as who follows them reads them. */
  const pages = async (most: number, from: string): Promise<readonly (readonly Task[])[]> => {
    const { tasks, isLast } = await bed.store.pageTasks(from, most);
    return isLast ? [tasks] : [tasks, ...(await pages(most, tasks.at(-1)?.requestId ?? from))];
  };

  it.each([1, 2, 3, 5, 6, 1000])('of %i at most are together all tasks, oldest first', async (most) => {
    for (let made = 0; made < 5; made += 1) await record();
    const all = await bed.store.listTasks();
    const from = all.at(-6)?.requestId ?? '';
    const read = await pages(most, from);
    expect(read.flat()).toEqual(all.slice(-5));
    expect(Math.max(...read.map((page) => page.length))).toBe(Math.min(most, 5));
  });

  it('begin at the oldest, and after an id that is not there at the next one', async () => {
    const first = await record({ requestId: '!-page-1' });
    const second = await record({ requestId: '!-page-2' });
    expect((await bed.store.pageTasks('', 2)).tasks).toEqual([first, second]);
    expect((await bed.store.pageTasks('!-page-1-gone', 1)).tasks).toEqual([second]);
  });

  it('end with an empty one behind the newest task', async () => {
    const newest = (await bed.store.listTasks()).at(-1)?.requestId ?? '';
    expect(await bed.store.pageTasks(newest, 10)).toEqual({ tasks: [], isLast: true });
  });
});

describe('the end of a task', () => {
  const expiry = { N: String(now + taskRetentionDays * 24 * 3600) };

  it('lets effects and commands expire with the task', async () => {
    const task = await record();
    const { requestId } = task;
    await bed.store.intend(anEffect({ requestId }), task.attempt);
    await bed.store.putCommand(aCommand({ requestId }));
    expect((await bed.row('tasks', requestId))?.['expiresAtSeconds']).toBeUndefined();
    await bed.store.finishTask(requestId, 'done', { error: '', result: { snapshotId: 's' } }, now);
    const stored = [
      await bed.row('tasks', requestId),
      await bed.row(`task#${requestId}`, `effect#${anEffect().effectId}`),
      await bed.row(`task#${requestId}`, `command#${aCommand().commandId}`),
    ];
    expect(stored.map((row) => row?.['expiresAtSeconds'])).toEqual([expiry, expiry, expiry]);
    expect(await bed.store.getEffect(requestId, anEffect().effectId)).toEqual(anEffect({ requestId }));
    expect(await bed.store.listCommands(requestId)).toEqual([aCommand({ requestId })]);
  });

  it('is repaired by a repeat when the process dies at any write', async () => {
    for (const nth of [1, 2, 3]) {
      const task = await record();
      const { requestId } = task;
      await bed.store.intend(anEffect({ requestId }), task.attempt);
      await bed.store.putCommand(aCommand({ requestId }));
      bed.dieAtWrite(nth);
      await expect(bed.store.finishTask(requestId, 'done', { error: '', result: null }, now)).rejects.toThrow();
      bed.live();
      expect((await read(task)).state).toBe('queued');
      expect(await bed.store.listOpenTasks()).toContain(requestId);
      await bed.store.finishTask(requestId, 'done', { error: '', result: null }, now);
      expect((await bed.row(`task#${requestId}`, `effect#${anEffect().effectId}`))?.['expiresAtSeconds']).toEqual(
        expiry,
      );
      expect((await read(task)).state).toBe('done');
    }
  });
});
