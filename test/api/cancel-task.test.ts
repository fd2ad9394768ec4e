import { beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../shared/domain/task.ts';
import { asTheTest } from './acting-as.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import { allowedCallers, callingHost, refusedCallers } from './callers.ts';
import { givenCommand, givenHost, givenTask } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, detailOf, fieldsOf, taskOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const cancel = (requestId: string, token: string = tokens.operator) =>
  ({ method: 'POST', path: `/api/echo/v1/tasks/${requestId}/cancel`, token }) as const;

it('answers 202 with the task, which still runs', async () => {
  const { requestId } = await givenTask(bed);
  const answer = await bed.send(cancel(requestId));
  expect(answer.status).toBe(202);
  bodyOf('cancel-task', answer);
  expect(taskOf(answer)).toMatchObject({
    request_id: requestId,
    state: 'running',
    result: null,
    update_ts: startSeconds,
  });
  expect(await bed.store.getTask(requestId)).toMatchObject({ state: 'canceling', cancelRequested: true });
});

it('leaves an audit entry that names the task', async () => {
  const { requestId } = await givenTask(bed);
  await bed.send(cancel(requestId));
  expect(await bed.table.rows()).toContainEqual(
    expect.objectContaining({ operation: 'cancel-task', principal: 'user:operator', requestId }),
  );
});

it('fails the command its agent has not answered, and revokes it', async () => {
  const { requestId } = await givenTask(bed);
  const command = await givenCommand(bed, { requestId });
  await bed.send(cancel(requestId));
  expect(bed.flows.signals).toEqual([{ kind: 'fail', token: command.token, error: 'TaskCanceled', cause: 'canceled' }]);
  expect(await bed.store.getCommand(requestId, command.commandId)).toMatchObject({ state: 'revoked' });
});

it.each([
  ['answered', { state: 'done' }],
  ['to undo something', { purpose: 'undo' }],
] as const)('leaves a command alone that is %s', async (_, about) => {
  const { requestId } = await givenTask(bed);
  const command = await givenCommand(bed, { requestId, ...about });
  await bed.send(cancel(requestId));
  expect(bed.flows.signals).toEqual([]);
  expect(await bed.store.getCommand(requestId, command.commandId)).toEqual(command);
});

/** A task that waits for the lock of another one. */
async function givenParkedTask() {
  const { requestId } = await givenTask(bed, {}, ['sqldev1/orders_dev']);
  await givenTask(bed, { requestId: 'owner' }, ['sqlprod1/orders']);
  const lock = await bed.store.readLock('sqlprod1/orders');
  if (lock === undefined) throw new Error('the lock is missing');
  const waiter = { requestId, attempt: 1, token: 'parkedToken', keys: [lock.key] };
  const parked = { ...lock, waiters: [waiter], version: lock.version + 1 };
  await bed.store.writeLock(parked, lock);
  return { requestId, parked };
}

it('takes the task out of the queue of a lock', async () => {
  const { requestId, parked: lock } = await givenParkedTask();
  await bed.send(cancel(requestId));
  expect(bed.flows.signals).toEqual([{ kind: 'fail', token: 'parkedToken', error: 'TaskCanceled', cause: 'canceled' }]);
  expect(await bed.store.readLock(lock.key)).toMatchObject({ owner: 'owner', waiters: [] });
});

it('lets a lock go that came to the task while it was being canceled', async () => {
  const { requestId, parked } = await givenParkedTask();
  const racing = await apiBed(bed.table, {
    wrapStore: (store) => ({
      ...store,
      async readLocks(keys) {
        const read = await store.readLocks(keys);
        const mine = { ...parked, owner: requestId, waiters: [], version: parked.version + 1 };
        await asTheTest(() => store.writeLock(mine, parked));
        return read;
      },
    }),
  });
  expect((await racing.send(cancel(requestId))).status).toBe(202);
  expect(await bed.store.readLock(parked.key)).toBeUndefined();
});

describe('refuses with 409 and changes nothing', () => {
  const tasks: readonly (readonly [string, Partial<Task>, string])[] = [
    ['a done task', { state: 'done' }, 'is finished'],
    ['a task done with a warning', { state: 'done_with_warning' }, 'is finished'],
    ['a failed task', { state: 'failed' }, 'is finished'],
    ['a canceled task', { state: 'canceled' }, 'is finished'],
    ['a task that is being canceled', { state: 'canceling', cancelRequested: true }, 'is being canceled already'],
    [
      'a task past its point of no return',
      { state: 'running', pastPointOfNoReturn: true },
      'is past its point of no return',
    ],
    ['a task that is being undone', { state: 'running', phase: 'unwind' }, 'has failed and is being undone'],
    ['a task that needs attention', { state: 'needs_attention', phase: 'unwind' }, 'has failed and is being undone'],
  ];
  it.each(tasks)('%s', async (_, about, why) => {
    const { requestId } = await givenTask(bed, about);
    const answer = await unchanged(bed, cancel(requestId));
    expect(answer.status).toBe(409);
    expect(detailOf(answer)).toBe(`task '${requestId}' ${why}`);
  });

  it('a task that passed its point of no return between look and write', async () => {
    const { requestId } = await givenTask(bed);
    const racing = await apiBed(bed.table, {
      wrapStore: (store) => ({
        ...store,
        async requestCancel(...given) {
          await store.passPointOfNoReturn(requestId, startSeconds);
          return await store.requestCancel(...given);
        },
      }),
    });
    const answer = await racing.send(cancel(requestId));
    expect(answer.status).toBe(409);
    expect(detailOf(answer)).toContain('is past its point of no return');
  });

  it('the second of two cancels', async () => {
    const { requestId } = await givenTask(bed);
    const answers = await Promise.all([bed.send(cancel(requestId)), bed.send(cancel(requestId))]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409]);
  });
});

it('is 404 for an unknown task', async () => {
  const answer = await unchanged(bed, cancel('unknown'));
  expect(answer.status).toBe(404);
  expect(detailOf(answer)).toBe("Task 'unknown' not found");
});

it('is 422 for an id longer than any', async () => {
  expect(fieldsOf(await unchanged(bed, cancel('x'.repeat(65))))).toEqual(['path.request_id']);
});

it('takes a body it does not need, JSON or not', async () => {
  const { requestId } = await givenTask(bed);
  expect((await bed.send({ ...cancel(requestId), body: 'not JSON' })).status).toBe(202);
});

it.each(allowedCallers('operator'))('may be called by $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  const { requestId } = await givenTask(bed);
  expect((await bed.send(cancel(requestId, token))).status).toBe(202);
});

it.each(refusedCallers('operator'))('refuses $caller', async ({ token }) => {
  const { requestId } = await givenTask(bed);
  expect((await unchanged(bed, cancel(requestId, token))).status).toBe(403);
});
