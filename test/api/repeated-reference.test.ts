/** The same `hs-ref-id`, path and body while the first task runs is that task. Flex contract, section 12. */
import { beforeEach, describe, expect, it } from 'vitest';
import { reservedLockKeys } from '../../shared/domain/plan.ts';
import { sameReferenceSeconds } from '../../shared/domain/call-record.ts';
import { apiBed, type ApiBed, startSeconds, tokens } from './api-bed.ts';
import type { TestRequest } from './gateway-event.ts';
import { callRecords, isReplay, otherPayloadOf } from './repeated-calls.ts';
import { givenSite, routeCalls } from './route-calls.ts';
import { useDatabase } from './test-database.ts';
import { detailOf, taskOf } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
  await givenSite(bed);
  bed.flows.onStart = () => Promise.resolve();
});

const taskCalls = routeCalls.filter(
  ({ route, name }) => route.task !== null && name === `${route.method} ${route.path}`,
);
const deletion = taskCalls.filter(({ route }) => route.operation === 'delete-snapshot');
const asynchronous = taskCalls.filter((call) => !deletion.includes(call));

const send = (request: TestRequest, about: Partial<TestRequest> = {}) =>
  bed.send({ token: tokens.operator, headers: { 'hs-ref-id': 'a1B2c3D4' }, ...request, ...about });

describe.each(asynchronous)('$name', (call) => {
  const { route, request } = call;
  const finish = async (requestId: string) => {
    await bed.store.finishTask(requestId, 'failed', { error: 'no', result: null }, startSeconds);
    const task = await bed.store.getTask(requestId);
    const keys = task === undefined ? [] : reservedLockKeys(task.plan);
    for (const lock of await bed.store.readLocks(keys)) await bed.store.removeLock(lock);
  };

  it('is the same task with the same answer', async () => {
    const first = await send(request);
    const second = await send(request);
    expect(second).toMatchObject({ status: route.successStatus, text: first.text });
    expect([isReplay(first), isReplay(second)]).toEqual([false, true]);
    expect(bed.flows.started).toHaveLength(1);
  });

  it('is one task for many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(request)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => route.successStatus));
    expect(new Set(answers.map((answer) => taskOf(answer).request_id)).size).toBe(1);
    expect(bed.flows.started).toHaveLength(1);
  });

  it('is another call when the task is over', async () => {
    const first = taskOf(await send(request));
    await finish(first.request_id);
    const second = await send(request);
    expect(isReplay(second)).toBe(false);
    expect(taskOf(second).request_id).not.toBe(first.request_id);
    expect(await callRecords(bed)).toHaveLength(1);
  });

  it('is another call a minute later', async () => {
    const ask = () => send(request).then(isReplay);
    await ask();
    bed.clock.advanceSeconds(sameReferenceSeconds - 1);
    expect(await ask()).toBe(true);
    bed.clock.advanceSeconds(1);
    expect(await ask()).toBe(false);
  });

  it('is another call under another reference, of another principal, or with another payload', async () => {
    await send(request);
    const others: readonly Partial<TestRequest>[] = [
      { headers: { 'hs-ref-id': 'another1' } },
      { headers: {} },
      { token: tokens.admin },
      { ...otherPayloadOf(call) },
    ];
    for (const other of others) expect(isReplay(await send(request, other))).toBe(false);
  });

  it('gives way to an Idempotency-Key', async () => {
    await send(request);
    const answer = await send(request, { headers: { 'hs-ref-id': 'a1B2c3D4', 'idempotency-key': 'key-1' } });
    expect(isReplay(answer)).toBe(false);
  });
});

it('follows the deletion that runs, and starts no second one', async () => {
  const [call] = deletion;
  if (call === undefined) throw new Error('there is no delete-snapshot');
  const first = await send(call.request);
  const second = await send(call.request);
  expect([first.status, second.status]).toEqual([503, 503]);
  expect(detailOf(second)).toBe(detailOf(first));
  expect(bed.flows.started).toHaveLength(1);
  expect((await send(call.request, { headers: { 'hs-ref-id': 'another1' } })).status).toBe(409);
});

it('reads nothing for a call that is no repeat', async () => {
  const [call] = asynchronous;
  if (call === undefined) throw new Error('there are no tasks');
  await bed.send({ ...call.request, token: tokens.operator });
  const without = bed.table.calls();
  const next = await apiBed(await newTable());
  await givenSite(next);
  await next.send({ ...call.request, token: tokens.operator, headers: { 'hs-ref-id': 'a1B2c3D4' } });
  expect(next.table.calls()).toEqual(without);
});
