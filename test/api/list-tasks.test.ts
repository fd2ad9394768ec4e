import { beforeEach, expect, it } from 'vitest';
import { apiBed, type ApiBed, tokens } from './api-bed.ts';
import { allowedCallers, callingHost } from './callers.ts';
import { givenHost, givenTask } from './given.ts';
import { useDatabase } from './test-database.ts';
import { bodyOf, unchanged } from './wire-answers.ts';

const newTable = useDatabase();
let bed: ApiBed;
beforeEach(async () => {
  bed = await apiBed(await newTable());
});

const list = (token: string = tokens.viewer) => ({ method: 'GET', path: '/api/echo/v1/tasks', token }) as const;

it('is an empty list when there are none', async () => {
  expect(await unchanged(bed, list())).toMatchObject({ status: 200, body: [] });
});

it('lists running and finished tasks, newest last', async () => {
  for (const requestId of ['a2', 'a1', 'a3']) await givenTask(bed, { requestId });
  await bed.store.finishTask('a1', 'failed', { error: 'the array refused', result: null }, 1_767_000_300);
  const answer = await unchanged(bed, list());
  expect(answer.status).toBe(200);
  expect(bodyOf('list-tasks', answer)).toMatchObject([
    { request_id: 'a1', state: 'failed', error: 'the array refused' },
    { request_id: 'a2', state: 'running' },
    { request_id: 'a3', state: 'running' },
  ]);
  expect(answer.headers).not.toHaveProperty('x-reprise-tasks-left-out');
});

it('past 5 MB keeps what runs and the newest, and says how many it left out', async () => {
  const error = 'x'.repeat(300_000);
  for (let index = 10; index < 30; index += 1) {
    const requestId = `task-${String(index)}`;
    await givenTask(bed, { requestId });
    if (index !== 11) await bed.store.finishTask(requestId, 'failed', { error, result: null }, 1_767_000_300);
  }
  const answer = await bed.send(list());
  const ids = (bodyOf('list-tasks', answer) as { request_id: string }[]).map((task) => task.request_id);
  expect(answer.text.length).toBeLessThan(5 * 1024 * 1024);
  expect(ids[0]).toBe('task-11');
  expect(ids.slice(1)).toEqual(Array.from({ length: 17 }, (_, index) => `task-${String(index + 13)}`));
  expect(answer.headers['x-reprise-tasks-left-out']).toBe('2');
});

it.each(allowedCallers('viewer'))('may be called by $caller', async ({ token }) => {
  await givenHost(bed, callingHost);
  expect((await bed.send(list(token))).status).toBe(200);
});
